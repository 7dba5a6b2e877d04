// Stores the text of the message field, so that it outlives a reload. It is not stored at each
// keystroke, because the browser's storage is slow and blocks the page.

import { storeDraft, storedDraft } from '../browser-storage.ts'

export type DraftOptions = { userId: string; signal: AbortSignal }

export type Draft = { read: () => string; write: (text: string) => void }

const storeAfterMs = 500

export function createDraft({ userId, signal }: DraftOptions): Draft {
  let text: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const store = () => {
    clearTimeout(timer)
    timer = undefined
    if (text !== null) storeDraft(userId, text)
    text = null
  }
  // A phone may end a hidden page without another event.
  document.addEventListener('visibilitychange', store, { signal })
  addEventListener('pagehide', store, { signal })
  // The session may end while the user is writing.
  signal.addEventListener('abort', store)

  return {
    read: () => storedDraft(userId),
    write(next) {
      text = next
      // The text was sent: a reload must not restore it.
      if (next === '') store()
      else timer ??= setTimeout(store, storeAfterMs)
    },
  }
}
