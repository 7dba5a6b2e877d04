// Text fields that grow with their text.

/** Usual characters that a browser can lay out at each stroke without a pause that one feels. */
export const fieldMax = 20_000

/** A longer text fills every field. To measure it, the browser would lay it out twice more. */
const measuredMax = 4_000

/** As high as its text; the style sheet says how high at most. */
export function fitHeight(field: HTMLTextAreaElement): void {
  if (field.value.length > measuredMax) {
    field.style.height = '100vh'
    return
  }
  const holder = field.parentElement
  // What is around must not move while it is measured: the list would lose its end.
  if (holder) holder.style.minHeight = `${holder.offsetHeight}px`
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
  if (holder) holder.style.minHeight = ''
}
