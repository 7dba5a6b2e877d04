// Loads the next page while the user scrolls towards an edge of the list, and shows there what it is doing.

import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'

/** The next page is loaded when fewer pixels than this are left. */
const loadBelowPx = 1_500

export type ListEdgeOptions = {
  class: 'older' | 'newer'
  texts: { more: string; failed: string; end: string }
  /** Loads the next page. @throws ChatProblem */
  load: () => Promise<unknown>
  /** To be called when loading has failed, or is tried again. */
  onChange: () => void
}

export function createListEdge({ class: name, texts, load, onChange }: ListEdgeOptions) {
  const element = make('div', { class: name })
  let hasFailed = false
  let isLoading = false

  const retryButton = () => {
    const button = make('button', { type: 'button', class: 'plain' }, strings.tryAgain)
    button.addEventListener('click', () => {
      hasFailed = false
      onChange()
    })
    return button
  }

  return {
    element,

    /** @param leftPx pixels that are left to the edge */
    loadIfNear(leftPx: number): void {
      if (element.dataset.state !== 'more' || isLoading || leftPx > loadBelowPx) return
      isLoading = true
      load()
        .catch(() => {
          hasFailed = true
        })
        .finally(() => {
          isLoading = false
          onChange()
        })
    },

    /** @param edge `none`: this list has no such edge */
    update(edge: 'more' | 'end' | 'none'): void {
      element.hidden = edge === 'none'
      if (edge !== 'more') hasFailed = false
      const state = hasFailed ? 'failed' : edge
      if (element.dataset.state === state) return
      element.dataset.state = state
      const content = {
        more: [texts.more],
        end: [texts.end],
        none: [],
        failed: [`${texts.failed} `, retryButton()],
      }
      element.replaceChildren(...content[state])
    },
  }
}
