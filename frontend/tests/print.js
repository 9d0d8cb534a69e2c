// Paper: what a page becomes when it is printed, and what a camera reads on it.
import assert from "node:assert/strict";
import decodeQr from "qr/decode.js";

// A4 in points, as a PDF counts, rounded.
const A4 = [595, 842];

// Prints the page and returns how many sheets of A4 it takes; another size fails.
export async function sheetsOfA4(page) {
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const sheets = pdf.match(/\/Type \/Page\b(?!s)/g).length;
  const sizes = [...pdf.matchAll(/\/MediaBox \[([^\]]+)\]/g)].map(([, box]) => box.trim().split(/\s+/).map(Number));
  assert.ok(sizes.length > 0);
  for (const [left, top, right, bottom] of sizes) assert.deepEqual([right - left, bottom - top].map(Math.round), A4);
  return sheets;
}

// What stands in the QR code of a part of the page, read from a picture of that part as it is printed.
export async function readCode(part) {
  const page = part.page();
  await page.emulateMedia({ media: "print" });
  const picture = (await part.screenshot()).toString("base64");
  const { width, height, pixels } = await page.evaluate(async (picture) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const { width, height, data } = canvas.getImageData(0, 0, image.width, image.height);
    const text = Array.from({ length: Math.ceil(data.length / 8_192) }, (_, at) => String.fromCharCode(...data.subarray(at * 8_192, (at + 1) * 8_192)));
    return { width, height, pixels: btoa(text.join("")) };
  }, picture);
  return decodeQr({ width, height, data: Uint8Array.from(Buffer.from(pixels, "base64")) });
}
