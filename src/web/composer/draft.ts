// Stores the text of the message field and the message that it replies to, so that they outlive a reload. The text
// is not stored at each keystroke, because the browser's storage is slow and blocks the page.

import { storeDraft, storeDraftReply, storedDraft, storedDraftReply } from '../browser-storage.ts'

export type DraftOptions = { userId: string; signal: AbortSignal }

export type Draft = ReturnType<typeof createDraft>

const storeAfterMs = 500

export function createDraft({ userId, signal }: DraftOptions) {
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
    write(next: string): void {
      text = next
      // The text was sent: a reload must not restore it.
      if (next === '') store()
      else timer ??= setTimeout(store, storeAfterMs)
    },
    /** The id of the message that the text replies to. Its text is not stored, because it may be deleted. */
    replyId: () => storedDraftReply(userId),
    writeReplyId: (id: string | null) => storeDraftReply(userId, id),
  }
}
