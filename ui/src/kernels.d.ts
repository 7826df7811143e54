/** What build/kernels.ts makes of a file of AssemblyScript. */
declare module "*.ts?kernels" {
  const bytes: Uint8Array;
  export default bytes;
}

declare module "*.tflite?url" {
  const address: string;
  export default address;
}
