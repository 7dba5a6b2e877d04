// Tells whether a key sends a text, or begins a new line in it.

type Key = { key: string; shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }

/** @param enterSends whether Enter alone does; with Ctrl or Cmd it always does */
export function isSendKey({ key, shiftKey, ctrlKey, metaKey }: Key, enterSends: boolean): boolean {
  return key === 'Enter' && (ctrlKey || metaKey || (enterSends && !shiftKey))
}
