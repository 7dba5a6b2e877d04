// Text fields that grow with their text.

/** As high as its text; the style sheet says how high at most. */
export function fitHeight(field: HTMLTextAreaElement): void {
  const holder = field.parentElement
  // What is around must not move while it is measured: the list would lose its end.
  if (holder) holder.style.minHeight = `${holder.offsetHeight}px`
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
  if (holder) holder.style.minHeight = ''
}
