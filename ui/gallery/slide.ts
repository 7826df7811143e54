/** As an address that an <img> takes. */
export const slide = (): string => paintSlide().toDataURL("image/png");

/** What someone might share: a page of figures, sharp enough to judge how text looks on the stage. */
export function paintSlide(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = 1920;
  canvas.height = 1080;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.fillStyle = "#fbfaf7";
  pen.fillRect(0, 0, 1920, 1080);
  pen.fillStyle = "#16181d";
  pen.font = "700 64px 'Noto Sans CJK KR', sans-serif";
  pen.fillText("Quarterly review: response times", 120, 170);
  pen.fillStyle = "#5c6470";
  pen.font = "400 32px 'Noto Sans CJK KR', sans-serif";
  pen.fillText("Median of all regions, milliseconds. Lower is better.", 120, 228);
  const bars = [412, 388, 356, 301, 262, 240, 214, 176, 158, 149, 131, 118];
  bars.forEach((value, at) => {
    const x = 140 + at * 92;
    pen.fillStyle = at < 8 ? "#c9d2cd" : "#0b7860";
    pen.beginPath();
    pen.roundRect(x, 900 - value * 1.35, 60, value * 1.35, 10);
    pen.fill();
    pen.fillStyle = "#5c6470";
    pen.font = "400 24px 'Noto Sans CJK KR', sans-serif";
    pen.fillText(`W${at + 1}`, x + 10, 942);
  });
  const facts: readonly (readonly [string, string])[] = [
    ["−71 %", "since the new router"],
    ["118 ms", "median this week"],
    ["0", "missed alerts"],
  ];
  facts.forEach(([figure, meaning], at) => {
    const y = 330 + at * 200;
    pen.fillStyle = "#0b7860";
    pen.font = "700 84px 'Noto Sans CJK KR', sans-serif";
    pen.fillText(figure, 1360, y + 60);
    pen.fillStyle = "#16181d";
    pen.font = "400 34px 'Noto Sans CJK KR', sans-serif";
    pen.fillText(meaning, 1364, y + 112);
  });
  return canvas;
}
