/** People who do not exist, painted: what a camera might send. The same seed paints the same person. */

type Pen = CanvasRenderingContext2D;

/** Mulberry32: a small generator of chance, 0 ≤ x < 1. */
function chance(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const skins = ["#f1cdb2", "#e7b592", "#d79c74", "#b97a52", "#8d5836", "#f3d3bd"];
const hairs = ["#17141a", "#2b201c", "#4b3323", "#7a4a2c", "#a9793f", "#b9b6b3"];
const cloths = ["#2d3e57", "#5b6b5f", "#8f3f46", "#d8d2c6", "#31343b", "#3f6f78", "#b78442", "#6a5a86"];
const rooms = [
  ["#d9d2c5", "#a89d8c"],
  ["#5c6f78", "#2f3d45"],
  ["#cfd6d9", "#8c9aa3"],
  ["#7d6a58", "#40352c"],
  ["#b9c4b4", "#76846f"],
  ["#3a4150", "#1d222c"],
];

const width = 1280;
const height = 720;

/** As an address that an <img> takes. */
export const portrait = (seed: number): string => paintPortrait(seed).toDataURL("image/jpeg", 0.86);

export function paintPortrait(seed: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d") as Pen;
  const random = chance(seed + 11);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

  room(pen, pick(rooms), random);
  pen.save();
  pen.translate(width / 2 + (random() - 0.5) * 160, 330 + (random() - 0.5) * 50);
  pen.rotate((random() - 0.5) * 0.09);
  const zoom = 1.02 + random() * 0.3;
  pen.scale(zoom, zoom);
  pen.filter = "blur(0.8px)";
  person(pen, { skin: pick(skins), hair: pick(hairs), cloth: pick(cloths), long: random() > 0.5, random });
  pen.restore();
  finish(pen, random);
  return canvas;
}

function room(pen: Pen, [near, far]: readonly string[], random: () => number): void {
  const wall = pen.createLinearGradient(0, 0, width, height);
  wall.addColorStop(0, near ?? "");
  wall.addColorStop(1, far ?? "");
  pen.fillStyle = wall;
  pen.fillRect(0, 0, width, height);
  pen.filter = "blur(22px)";
  const window = random() * width;
  pen.fillStyle = "rgb(255 250 238 / 55%)";
  pen.fillRect(window, -40, 240, 420);
  pen.fillStyle = "rgb(30 26 22 / 38%)";
  pen.fillRect(window + 110, -40, 16, 420);
  const shelf = (window + 560) % width;
  pen.fillStyle = "rgb(40 30 22 / 50%)";
  pen.fillRect(shelf, 210, 360, 18);
  for (let book = 0; book < 9; book++) {
    pen.fillStyle = `hsl(${random() * 360} 30% ${30 + random() * 35}%)`;
    pen.fillRect(shelf + 12 + book * 34, 90 + random() * 50, 27, 125);
  }
  pen.fillStyle = "rgb(40 78 58 / 70%)";
  const plant = (window + 900) % width;
  for (let leaf = 0; leaf < 7; leaf++) {
    pen.beginPath();
    pen.ellipse(plant + (leaf - 3) * 26, 480 - Math.abs(leaf - 3) * -22, 24, 120, (leaf - 3) * 0.32, 0, 7);
    pen.fill();
  }
  pen.filter = "none";
}

interface Looks {
  readonly skin: string;
  readonly hair: string;
  readonly cloth: string;
  readonly long: boolean;
  readonly random: () => number;
}

function person(pen: Pen, looks: Looks): void {
  const { skin, hair, cloth, long, random } = looks;
  if (long) backHair(pen, hair);
  shoulders(pen, cloth);
  neck(pen, skin);
  head(pen, skin);
  features(pen, skin, hair, random);
  frontHair(pen, hair, long, random);
}

function shaded(pen: Pen, colour: string, x: number, y: number, radius: number): CanvasGradient {
  const gradient = pen.createRadialGradient(x - radius * 0.35, y - radius * 0.4, radius * 0.1, x, y, radius);
  gradient.addColorStop(0, `color-mix(in oklab, ${colour}, white 12%)`);
  gradient.addColorStop(0.6, colour);
  gradient.addColorStop(1, `color-mix(in oklab, ${colour}, black 34%)`);
  return gradient;
}

function shoulders(pen: Pen, cloth: string): void {
  pen.save();
  pen.translate(0, -34);
  pen.fillStyle = shaded(pen, cloth, -30, 330, 430);
  pen.beginPath();
  pen.moveTo(-380, 640);
  pen.bezierCurveTo(-330, 280, -190, 238, -84, 212);
  pen.quadraticCurveTo(0, 268, 84, 212);
  pen.bezierCurveTo(190, 238, 330, 280, 380, 640);
  pen.fill();
  pen.strokeStyle = "rgb(0 0 0 / 22%)";
  pen.lineWidth = 7;
  pen.beginPath();
  pen.moveTo(-86, 213);
  pen.quadraticCurveTo(0, 274, 86, 213);
  pen.stroke();
  pen.restore();
}

function neck(pen: Pen, skin: string): void {
  pen.save();
  pen.fillStyle = `color-mix(in oklab, ${skin}, black 20%)`;
  pen.beginPath();
  pen.translate(0, -34);
  pen.moveTo(-62, 90);
  pen.bezierCurveTo(-58, 170, -66, 200, -86, 214);
  pen.quadraticCurveTo(0, 262, 86, 214);
  pen.bezierCurveTo(66, 200, 58, 170, 62, 90);
  pen.fill();
  pen.restore();
}

function head(pen: Pen, skin: string): void {
  pen.fillStyle = `color-mix(in oklab, ${skin}, black 12%)`;
  for (const side of [-1, 1]) {
    pen.beginPath();
    pen.ellipse(side * 118, 6, 20, 36, side * 0.12, 0, 7);
    pen.fill();
  }
  pen.fillStyle = shaded(pen, skin, -10, 0, 185);
  pen.beginPath();
  pen.moveTo(-116, -40);
  pen.bezierCurveTo(-118, -190, 118, -190, 116, -40);
  pen.bezierCurveTo(120, 60, 74, 142, 0, 150);
  pen.bezierCurveTo(-74, 142, -120, 60, -116, -40);
  pen.fill();
}

function features(pen: Pen, skin: string, hair: string, random: () => number): void {
  const dark = `color-mix(in oklab, ${skin}, black 62%)`;
  const iris = random() > 0.7 ? "#4f6b58" : "#3a2619";
  for (const side of [-1, 1]) {
    pen.fillStyle = "rgb(214 92 80 / 13%)";
    pen.beginPath();
    pen.ellipse(side * 66, 44, 34, 24, 0, 0, 7);
    pen.fill();
    eye(pen, side * 46, -8, iris);
    pen.strokeStyle = `color-mix(in oklab, ${hair}, black 20%)`;
    pen.lineWidth = 8;
    pen.lineCap = "round";
    pen.beginPath();
    pen.moveTo(side * 22, -38);
    pen.quadraticCurveTo(side * 48, -52, side * 76, -38);
    pen.stroke();
  }
  pen.strokeStyle = `color-mix(in oklab, ${skin}, black 30%)`;
  pen.lineWidth = 5;
  pen.beginPath();
  pen.moveTo(8, 2);
  pen.quadraticCurveTo(24, 44, 4, 50);
  pen.lineTo(-14, 47);
  pen.stroke();
  const smile = random();
  pen.fillStyle = "#a14a44";
  pen.beginPath();
  pen.moveTo(-42, 84);
  pen.quadraticCurveTo(0, 92 + smile * 4, 42, 84);
  pen.quadraticCurveTo(0, 104 + smile * 28, -42, 84);
  pen.fill();
  if (smile > 0.45) {
    pen.fillStyle = "#f6f1ea";
    pen.beginPath();
    pen.moveTo(-32, 88);
    pen.quadraticCurveTo(0, 95, 32, 88);
    pen.quadraticCurveTo(0, 98 + smile * 12, -32, 88);
    pen.fill();
  }
  if (random() > 0.62) glasses(pen, dark);
}

function eye(pen: Pen, x: number, y: number, iris: string): void {
  pen.fillStyle = "#f4efe9";
  pen.beginPath();
  pen.ellipse(x, y, 20, 11.5, 0, 0, 7);
  pen.fill();
  pen.fillStyle = iris;
  pen.beginPath();
  pen.arc(x, y - 1, 10.5, 0, 7);
  pen.fill();
  pen.fillStyle = "#0e0b0a";
  pen.beginPath();
  pen.arc(x, y - 1, 5, 0, 7);
  pen.fill();
  pen.fillStyle = "white";
  pen.beginPath();
  pen.arc(x - 4, y - 5, 2.6, 0, 7);
  pen.fill();
  pen.strokeStyle = "#2a1c18";
  pen.lineWidth = 4.5;
  pen.lineCap = "round";
  pen.beginPath();
  pen.ellipse(x, y + 1, 21, 13, 0, Math.PI * 1.06, Math.PI * 1.94);
  pen.stroke();
}

function glasses(pen: Pen, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 5;
  for (const side of [-1, 1]) {
    pen.beginPath();
    pen.roundRect(side * 48 - 36, -34, 72, 56, 22);
    pen.stroke();
  }
  pen.beginPath();
  pen.moveTo(-12, -10);
  pen.quadraticCurveTo(0, -16, 12, -10);
  pen.stroke();
}

function backHair(pen: Pen, hair: string): void {
  pen.fillStyle = `color-mix(in oklab, ${hair}, black 25%)`;
  pen.beginPath();
  pen.moveTo(-138, -60);
  pen.bezierCurveTo(-150, -220, 150, -220, 138, -60);
  pen.bezierCurveTo(150, 80, 170, 190, 130, 270);
  pen.lineTo(-130, 270);
  pen.bezierCurveTo(-170, 190, -150, 80, -138, -60);
  pen.fill();
}

function frontHair(pen: Pen, hair: string, long: boolean, random: () => number): void {
  const parting = (random() - 0.5) * 110;
  pen.fillStyle = shaded(pen, hair, -20, -110, 190);
  pen.beginPath();
  pen.moveTo(-124, long ? 30 : -8);
  pen.bezierCurveTo(-150, -200, 0, -208, 8, -186);
  pen.bezierCurveTo(60, -204, 152, -170, 124, long ? 30 : -8);
  pen.bezierCurveTo(118, -60, 104, -84, 82, -98);
  pen.quadraticCurveTo(parting + 40, -88, parting, -112);
  pen.quadraticCurveTo(parting - 50, -72, -88, -78);
  pen.bezierCurveTo(-112, -60, -116, -30, -124, long ? 30 : -8);
  pen.fill();
  pen.strokeStyle = "rgb(255 255 255 / 10%)";
  pen.lineWidth = 10;
  pen.beginPath();
  pen.arc(-8, -58, 92, Math.PI * 1.18, Math.PI * 1.46);
  pen.stroke();
}

/** Light from the window's side, darker corners, and the grain of a small sensor. */
function finish(pen: Pen, random: () => number): void {
  const corner = pen.createRadialGradient(width / 2, height / 2, 260, width / 2, height / 2, 800);
  corner.addColorStop(0, "rgb(255 244 224 / 5%)");
  corner.addColorStop(1, "rgb(8 10 18 / 42%)");
  pen.fillStyle = corner;
  pen.fillRect(0, 0, width, height);
  for (let grain = 0; grain < 9000; grain++) {
    pen.fillStyle = random() > 0.5 ? "rgb(255 255 255 / 4%)" : "rgb(0 0 0 / 5%)";
    pen.fillRect(random() * width, random() * height, 2, 2);
  }
}
