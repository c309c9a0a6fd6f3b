// QR codes on pages, read as a camera reads them.

import jsQR from "jsqr";

/** What the QR code on the page says to a camera. */
export async function decode(page) {
  const picture = (await page.locator(".qr").first().screenshot({ scale: "css" })).toString("base64");
  const { data, width, height } = await page.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = document.createElement("canvas");
    canvas.width = image.width * 3;
    canvas.height = image.height * 3;
    const drawing = canvas.getContext("2d");
    drawing.fillStyle = "#ffffff";
    drawing.fillRect(0, 0, canvas.width, canvas.height);
    drawing.imageSmoothingEnabled = false;
    drawing.drawImage(image, 0, 0, canvas.width, canvas.height);
    const pixels = drawing.getImageData(0, 0, canvas.width, canvas.height);
    // As text: a million numbers would take seconds to hand over.
    let data = "";
    for (let at = 0; at < pixels.data.length; at += 8192) data += String.fromCharCode(...pixels.data.subarray(at, at + 8192));
    return { data: btoa(data), width: pixels.width, height: pixels.height };
  }, picture);
  return jsQR(Uint8ClampedArray.from(Buffer.from(data, "base64")), width, height)?.data;
}

