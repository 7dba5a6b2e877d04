// The text that is being written, kept where a reload finds it. It is not kept at each stroke: the
// storage of a browser is slow, and it blocks the page.

import { draftOf, rememberDraft } from './visitor.ts'

export type DraftParts = { userId: string; signal: AbortSignal }

export type Draft = { read: () => string; write: (text: string) => void }

const keptAfterMs = 500

export function openDraft({ userId, signal }: DraftParts): Draft {
  let text: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const keep = () => {
    clearTimeout(timer)
    timer = undefined
    if (text !== null) rememberDraft(userId, text)
    text = null
  }
  // A phone may end a page that is out of sight without a word.
  document.addEventListener('visibilitychange', keep, { signal })
  addEventListener('pagehide', keep, { signal })
  // Somebody who has to leave in the middle of a sentence finds it again.
  signal.addEventListener('abort', keep)

  return {
    read: () => draftOf(userId),
    write(next) {
      text = next
      // It was sent. A reload must not offer it again.
      if (next === '') keep()
      else timer ??= setTimeout(keep, keptAfterMs)
    },
  }
}
