// A short text over the conversation, which goes away by itself: an action is done, or has failed.

import { make } from '../elements/dom.ts'

const shownForMs = 5_000

export function createPassingNote(signal: AbortSignal) {
  const element = make('div', { class: 'passing-note', role: 'status' })
  let timer: ReturnType<typeof setTimeout> | undefined
  signal.addEventListener('abort', () => clearTimeout(timer))
  return {
    element,
    show(text: string): void {
      clearTimeout(timer)
      element.replaceChildren(make('span', {}, text))
      timer = setTimeout(() => element.replaceChildren(), shownForMs)
    },
  }
}
