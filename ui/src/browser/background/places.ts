/**
 * Places to be in, painted by code: a few kB instead of pictures. On a canvas of 1600 × 900; what is near is sharp enough
 * to look real, what is far is out of focus, as behind a person in front of a camera.
 */
import type { Scene } from "../../lib/backdrop";
import { books, box, chance, disc, glow, high, hills, plant, pot, shade, soft, wide, type Chance, type Pen } from "./brushes";

/** Mountains, one behind the other, and mist between them. */
function dawn(pen: Pen, random: Chance): void {
  box(pen, shade(pen, ["#8fa3c4", "#d9bfc0", "#f7d9bb", "#f9e4cb"], 0, 620), 0, 0, wide, high);
  soft(pen, 22, (pen) => {
    for (let cloud = 0; cloud < 9; cloud++) disc(pen, "#fff1e024", random() * wide, 60 + random() * 220, 180 + random() * 200, 0.12);
  });
  glow(pen, "#fff3d6", 1130, 395, 620, 0.95);
  glow(pen, "#ffffff", 1130, 395, 110, 0.9);
  const ranges = ["#b9a9b9", "#9a92ab", "#767b97", "#535f7b", "#36455b"];
  ranges.forEach((colour, at) => {
    const level = 455 + at * 95;
    soft(pen, 5 - at * 0.8, (pen) => hills(pen, shade(pen, [colour, `${colour}cc`, "#f3dccb"], level - 110, level + 190 + at * 40), level, 50 + at * 6, 0.47, random));
    soft(pen, 26, (pen) => {
      for (let mist = 0; mist < 4; mist++) disc(pen, "#fbe9d93a", random() * wide, level + 100, 330 + random() * 250, 0.13);
    });
  });
  box(pen, shade(pen, ["#2c3a4d00", "#2c3a4d99"], 760, high), 0, 760, wide, 140);
}

/** A slope with trees far away, in the light of the morning. */
function meadow(pen: Pen, random: Chance): void {
  box(pen, shade(pen, ["#a9cfe6", "#d3e6e3", "#f2f3d9"], 0, 480), 0, 0, wide, high);
  glow(pen, "#fffbe0", 330, 130, 700, 0.9);
  soft(pen, 12, (pen) => {
    for (let cloud = 0; cloud < 7; cloud++) disc(pen, "#ffffff66", 200 + random() * 1400, 60 + random() * 190, 90 + random() * 150, 0.2);
  });
  soft(pen, 7, (pen) => hills(pen, shade(pen, ["#a3c0b2", "#bccfae"], 370, 560), 440, 34, 0.42, random));
  soft(pen, 6, (pen) => hills(pen, shade(pen, ["#83a97b", "#a9c07f"], 430, 660), 520, 26, 0.4, random));
  soft(pen, 9, (pen) => {
    for (let tree = 0; tree < 74; tree++) {
      const x = (tree / 73) * (wide + 200) - 100 + (random() - 0.5) * 40;
      const size = 24 + random() * 44 + 60 * Math.max(0, Math.cos((x / wide) * 6.3)) ** 2;
      disc(pen, ["#4f7a4a", "#5e8a4e", "#436b47", "#6f9954"][tree % 4] ?? "", x, 572 - size * 0.55, size, 1.12);
      disc(pen, "#d8e39a4d", x - size * 0.3, 560 - size, size * 0.5, 0.9);
    }
  });
  soft(pen, 3, (pen) => hills(pen, shade(pen, ["#8fb052", "#a7bf5a", "#7fa145", "#55803a"], 565, high), 568, 5, 0.3, random));
  soft(pen, 3, (pen) => {
    for (let blade = 0; blade < 500; blade++) {
      const depth = random() ** 1.6;
      const [x, y] = [random() * wide, 580 + (1 - depth) * 330];
      pen.strokeStyle = ["#c3d36f66", "#5d8a3e77", "#88aa4877"][blade % 3] ?? "";
      pen.lineWidth = 2 + (1 - depth) * 6;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + (random() - 0.4) * 26, y - 14 - (1 - depth) * 60);
      pen.stroke();
    }
  });
  soft(pen, 5, (pen) => {
    for (let flower = 0; flower < 110; flower++) {
      const near = random() ** 0.7;
      disc(pen, ["#fff6e0d0", "#f3d25ed0", "#e7a5b8c0"][flower % 3] ?? "", random() * wide, 600 + near * 300, 2 + near * 9);
    }
  });
  glow(pen, "#fff8d0", 330, 130, 1100, 0.28);
}

/** The sea in the afternoon, from the beach. */
function sea(pen: Pen, random: Chance): void {
  box(pen, shade(pen, ["#5f9fce", "#9cc8e2", "#d6e9ee", "#f3f1e4"], 0, 420), 0, 0, wide, high);
  glow(pen, "#fffdf0", 470, 250, 640, 0.75);
  soft(pen, 14, (pen) => {
    for (let cloud = 0; cloud < 26; cloud++) {
      const heap = Math.floor(cloud / 5);
      disc(pen, "#ffffff70", heap * 340 - 40 + random() * 260, 120 + (heap % 3) * 70 + random() * 40, 50 + random() * 90, 0.34);
    }
  });
  soft(pen, 4, (pen) => hills(pen, "#8fb1c4", 432, 12, 0.4, random));
  soft(pen, 1.5, (pen) => box(pen, shade(pen, ["#7db4cc", "#3f8fb3", "#2f86a8", "#6fb9bf", "#b9dccf"], 424, 760), -40, 424, wide + 80, 500));
  soft(pen, 1.5, (pen) => {
    for (let wave = 0; wave < 520; wave++) {
      const near = random();
      const [x, y] = [random() * wide, 430 + near ** 1.7 * 300];
      const sparkle = Math.max(0, 1 - Math.abs(x - 470) / (140 + near * 360));
      box(pen, `rgba(255, 255, 255, ${(0.06 + sparkle * 0.5 * random()).toFixed(2)})`, x, y, 16 + near * 90, 1 + near * 3.5);
      box(pen, `rgba(20, 80, 110, ${(0.1 * random()).toFixed(2)})`, random() * wide, y, 30 + near * 130, 1 + near * 4);
    }
  });
  soft(pen, 5, (pen) => hills(pen, "#ffffffb0", 735, 13, 0.45, chance(5)));
  soft(pen, 4, (pen) => hills(pen, shade(pen, ["#c9b48f", "#e3d0a8", "#dcc59a"], 740, high), 752, 13, 0.45, chance(5)));
  soft(pen, 7, (pen) => {
    for (let tuft = 0; tuft < 90; tuft++) {
      const x = tuft % 2 ? wide - random() * 340 : random() * 250;
      pen.strokeStyle = ["#8fa06a", "#b3b57c", "#71875a"][tuft % 3] ?? "";
      pen.lineWidth = 6;
      pen.beginPath();
      pen.moveTo(x, high + 10);
      pen.quadraticCurveTo(x + (random() - 0.5) * 40, 820, x + (random() - 0.3) * 130, 700 + random() * 120);
      pen.stroke();
    }
  });
}

/** Shelves with books, a lamp and a plant. */
function study(pen: Pen, random: Chance): void {
  box(pen, shade(pen, ["#cbb79c", "#b7a084", "#8d745b"]), 0, 0, wide, high);
  soft(pen, 5, (pen) => {
    const [left, right] = [520, 1700];
    box(pen, "#6b4c35", left, -60, right - left, 1040);
    for (const [row, floor] of [[0, 190], [1, 420], [2, 650], [3, 880]] as const) {
      box(pen, shade(pen, ["#3a291d", "#543c2b"], floor - 210, floor), left + 22, floor - 210, right, 210);
      books(pen, left + 34, row === 1 ? 980 : 1180, floor, 190, random);
      books(pen, row === 2 ? 1330 : 1200, 1640, floor, 185, random);
      box(pen, shade(pen, ["#9a7453", "#6e5038"], floor, floor + 20), left, floor, right, 20);
      box(pen, "#00000038", left + 22, floor + 20, right, 14);
    }
    for (const x of [left, 1180]) box(pen, "#8a6648", x, -60, 22, 1040);
    pot(pen, shade(pen, ["#e4d8c6", "#b5a48d"], 360, 420), 1090, 362, 76, 58);
    plant(pen, 1090, 366, 120, ["#5e7f52", "#486b46", "#7b9a63"], random);
    disc(pen, "#d8b574", 1260, 612, 38);
    disc(pen, "#f0d9a5", 1250, 600, 16);
  });
  soft(pen, 8, (pen) => {
    pot(pen, shade(pen, ["#c9744f", "#8f4c34"], 700, 860), 190, 720, 190, 190);
    plant(pen, 190, 730, 420, ["#3f6a45", "#55804f", "#2f5539", "#7d9c5c"], random);
  });
  soft(pen, 6, (pen) => {
    box(pen, "#3a2f28", 418, 300, 9, 640);
    pen.fillStyle = shade(pen, ["#fff1cf", "#ffdf9e"], 150, 320);
    pen.beginPath();
    pen.moveTo(372, 160);
    pen.lineTo(474, 160);
    pen.lineTo(520, 320);
    pen.lineTo(326, 320);
    pen.fill();
  });
  glow(pen, "#ffd58a", 422, 260, 620, 0.55);
  box(pen, shade(pen, ["#2a1c1000", "#2a1c1066"], 500, high), 0, 500, wide, 400);
}

/** A room with a window, and the last light of the day in it. */
function dusk(pen: Pen, random: Chance): void {
  box(pen, shade(pen, ["#574c66", "#4d4159", "#3a3044"]), 0, 0, wide, high);
  const [left, top, width, height] = [860, 70, 600, 560];
  pen.save();
  pen.beginPath();
  pen.rect(left, top, width, height);
  pen.clip();
  box(pen, shade(pen, ["#4c5a8c", "#9a7fa0", "#e59f86", "#f8c58c"], top, top + height), left, top, width, height);
  glow(pen, "#ffe3ad", 1090, 560, 340, 0.95);
  soft(pen, 10, (pen) => {
    for (let cloud = 0; cloud < 8; cloud++) disc(pen, "#f4b79c70", left + random() * width, 210 + random() * 230, 60 + random() * 120, 0.12);
  });
  soft(pen, 6, (pen) => {
    for (let house = 0; house < 26; house++) {
      const [x, tall] = [left - 20 + house * 25, 40 + random() * 110];
      box(pen, house % 2 ? "#6d5872" : "#5a4a68", x, top + height - tall, 30, tall);
      for (let lit = 0; lit < 4; lit++) if (random() < 0.5) box(pen, "#ffdc9c", x + 5 + (lit % 2) * 12, top + height - tall + 10 + lit * 16, 6, 8);
    }
  });
  pen.restore();
  soft(pen, 4, (pen) => {
    for (const [x, y, w, h] of [[left - 22, top - 22, width + 44, 22], [left - 22, top + height, width + 44, 22], [left - 22, top, 22, height], [left + width, top, 22, height], [left + width / 2 - 9, top, 18, height], [left, top + 200, width, 14]] as const) {
      box(pen, "#7b6a78", x, y, w, h);
    }
    box(pen, shade(pen, ["#94808a", "#5f4f60"], top + height + 16, top + height + 50), left - 50, top + height + 18, width + 100, 34);
  });
  // The window's light on the wall.
  soft(pen, 20, (pen) => {
    pen.fillStyle = "#f2a77a42";
    for (const [x, y] of [[150, 190], [385, 176], [150, 360], [385, 346]] as const) {
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + 205, y - 14);
      pen.lineTo(x + 205, y + (y < 300 ? 130 : 216));
      pen.lineTo(x, y + (y < 300 ? 144 : 240));
      pen.fill();
    }
  });
  soft(pen, 5, (pen) => {
    pot(pen, shade(pen, ["#a8705a", "#6e4339"], 590, 660), 1330, 578, 96, 72);
    plant(pen, 1330, 584, 170, ["#33483f", "#415a48", "#28392f"], random);
  });
  soft(pen, 7, (pen) => {
    box(pen, shade(pen, ["#5a4440", "#33262a"], 760, high), -60, 770, 720, 200);
    box(pen, "#7a5c50", -60, 762, 720, 14);
    books(pen, 70, 330, 762, 120, random);
    disc(pen, "#ffdca6", 520, 690, 46);
    box(pen, "#3b2d2e", 508, 734, 24, 30);
  });
  glow(pen, "#ffc988", 520, 690, 420, 0.55);
  glow(pen, "#ffb27d", 1120, 480, 900, 0.3);
}

/** The lights of a city far below. */
function night(pen: Pen, random: Chance): void {
  box(pen, shade(pen, ["#0b111d", "#131c30", "#233052", "#34406a"], 0, 560), 0, 0, wide, high);
  for (let star = 0; star < 130; star++) disc(pen, `rgba(220, 230, 255, ${(random() * 0.5).toFixed(2)})`, random() * wide, random() ** 1.5 * 420, 0.7 + random() * 1.3);
  soft(pen, 5, (pen) => hills(pen, shade(pen, ["#1a2340", "#141a30"], 430, 620), 500, 38, 0.45, random));
  glow(pen, "#6a6fa8", 900, 640, 800, 0.4);
  box(pen, shade(pen, ["#141a2e00", "#10162a", "#080b16"], 500, high), 0, 500, wide, 400);
  const lights = ["#ffd9a0", "#ffb870", "#fff0d6", "#9fc3ff", "#ff9d86", "#ffe6b8"];
  soft(pen, 2, (pen) => {
    for (let light = 0; light < 420; light++) {
      const near = random() ** 1.6;
      disc(pen, `${lights[light % lights.length] ?? ""}b0`, random() * wide, 545 + near * 210 + (random() - 0.5) * 14, 1.4 + near * 3.5);
    }
  });
  // What is near is far out of focus: discs with a bright edge.
  soft(pen, 1.5, (pen) => {
    for (let light = 0; light < 62; light++) {
      const near = random();
      const [x, y, size] = [random() * wide, 640 + near * 260, 13 + near * 42];
      const colour = lights[light % lights.length] ?? "";
      disc(pen, colour + (near > 0.6 ? "30" : "4a"), x, y, size);
      pen.strokeStyle = `${colour}38`;
      pen.lineWidth = 3;
      pen.stroke();
    }
  });
}

export const places: Readonly<Record<Scene, (pen: Pen, random: Chance) => void>> = { dawn, meadow, sea, study, dusk, night };
