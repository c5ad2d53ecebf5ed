/** Hands a file to the person: shared where the phone can, saved where it cannot. */

const NAME = "linli-unsent";
const KIND = "application/octet-stream";

/** Whether it was handed over; a person may change their mind. */
export async function saveFile(bytes: Uint8Array, name: string): Promise<boolean> {
  const day = new Date().toISOString().slice(0, 10);
  const file = new File([bytes as Uint8Array<ArrayBuffer>], `${name || NAME}-${day}.linli`, { type: KIND });
  // Not every browser has it, and those that have it do not share every kind of file.
  const phone: { canShare?: (data: ShareData) => boolean } = navigator;
  if (phone.canShare?.({ files: [file] }) === true && matchMedia("(pointer: coarse)").matches) {
    try {
      await navigator.share({ files: [file], title: file.name });
      return true;
    } catch (refused) {
      if (refused instanceof DOMException && refused.name === "AbortError") return false;
    }
  }
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  // The browser has taken it by the next turn.
  window.setTimeout(() => URL.revokeObjectURL(url), 0);
  return true;
}
