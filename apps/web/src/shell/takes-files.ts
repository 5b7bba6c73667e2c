/** Whether a part of the page takes files for something of its own: an image to add, an area, a layer to compare with. */
export function takesFiles(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('.drop, .paste, .compare, .overlay') !== null;
}
