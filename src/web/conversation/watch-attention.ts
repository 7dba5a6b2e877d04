// Tells when the user turns to this page, or away from it.

/** A page in the background, or beside another window, is not read. */
export const hasAttention = () => document.visibilityState === 'visible' && document.hasFocus()

export type AttentionOptions = {
  /** Runs when the page is hidden or closed. */
  onHide: () => void
  /** Runs when the page is shown or hidden, or gets or loses the focus. */
  onChange: () => void
  signal: AbortSignal
}

export function watchAttention({ onHide, onChange, signal }: AttentionOptions): void {
  const onVisibilityChange = () => {
    if (document.visibilityState === 'hidden') onHide()
    onChange()
  }
  document.addEventListener('visibilitychange', onVisibilityChange, { signal })
  for (const event of ['focus', 'blur']) addEventListener(event, onChange, { signal })
  addEventListener('pagehide', onHide, { signal })
}
