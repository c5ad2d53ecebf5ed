/** The QR code in a picture: the browser's own reader where there is one, else jsQR. */
import jsQR from "jsqr";

interface Detector {
  detect: (image: ImageBitmapSource) => Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<string[]>;
}

/** A code held before a camera is read at this size; more only costs time. */
const EDGE_PX_MAX = 800;

let detector: Promise<Detector | null> | undefined;

async function own(): Promise<Detector | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  if (!BarcodeDetector) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

export async function readCode(image: HTMLVideoElement | ImageBitmap): Promise<string | null> {
  detector ??= own().catch(() => null);
  const known = await detector;
  if (known) {
    const found = await known.detect(image).catch(() => []);
    if (found[0]) return found[0].rawValue;
  }
  const pixels = pixelsOf(image);
  if (!pixels) return null;
  return jsQR(pixels.data, pixels.width, pixels.height)?.data ?? null;
}

function pixelsOf(image: HTMLVideoElement | ImageBitmap): ImageData | null {
  const [width, height] =
    image instanceof HTMLVideoElement ? [image.videoWidth, image.videoHeight] : [image.width, image.height];
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, EDGE_PX_MAX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
