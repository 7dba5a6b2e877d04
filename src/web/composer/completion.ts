// Completes what is being typed in the message field. The field keeps the focus and its role, because a text field
// with several lines cannot be a combobox; `aria-activedescendant` has the chosen suggestion read out.

import { make, setAttribute, setText } from '../elements/dom.ts'
import { suggestionCount } from '../text/sentences.ts'
import { isComposing } from '../text-input/composition.ts'
import type { Typed } from './typed.ts'

export type Suggestion = {
  readonly id: string
  /** What it puts into the text. */
  readonly text: string
  readonly label: () => (Node | string)[]
  /** Runs when it was put in. */
  readonly onInsert?: () => void
}

export type CompletionSource = {
  /** For screen readers. */
  readonly label: string
  /** @returns null: nothing that this source completes is before the caret */
  readonly typedAt: (text: string, caret: number) => Typed | null
  /** None if the query is complete: then Enter sends. */
  readonly suggest: (query: string) => readonly Suggestion[]
  /** @returns whether there are more suggestions now */
  readonly load?: () => Promise<boolean>
}

const listId = 'suggestions'

export function createCompletion(field: HTMLTextAreaElement, sources: readonly CompletionSource[]) {
  const list = make('ul', { id: listId, role: 'listbox' })
  const status = make('p', { class: 'visually-hidden', role: 'status' })
  const popup = make('div', { class: 'suggestions', hidden: true }, list)
  const element = make('div', {}, popup, status)
  let found: Typed | null = null
  let suggestions: readonly Suggestion[] = []
  let active = 0
  /** The index of a beginning for which the user has closed the list. */
  let dismissedAt: number | null = null

  const setActive = (index: number) => {
    active = (index + suggestions.length) % suggestions.length
    for (const [at, option] of [...list.children].entries())
      setAttribute(option, 'aria-selected', String(at === active))
    list.children[active]?.scrollIntoView({ block: 'nearest' })
    setAttribute(field, 'aria-activedescendant', list.children[active]?.id ?? null)
  }
  const close = () => {
    suggestions = []
    popup.hidden = true
    list.replaceChildren()
    setText(status, '')
    for (const name of ['aria-controls', 'aria-activedescendant']) field.removeAttribute(name)
  }
  /** @returns the source of what is before the caret */
  const find = (): CompletionSource | undefined => {
    const [caret, end] = [field.selectionStart, field.selectionEnd]
    const typed = (source: CompletionSource) =>
      caret === end ? source.typedAt(field.value, caret) : null
    const source = sources.find(typed)
    found = source ? typed(source) : null
    if (found?.start !== dismissedAt) dismissedAt = null
    return source
  }
  const draw = () => {
    const source = find()
    const next = source && found && dismissedAt === null ? source.suggest(found.query) : []
    if (!source || next.length === 0) return close()
    const isSame = next.every(({ id }, at) => suggestions[at]?.id === id)
    if (isSame && next.length === suggestions.length) return
    suggestions = next
    setAttribute(list, 'aria-label', source.label)
    list.replaceChildren(...next.map(optionElement))
    popup.hidden = false
    setAttribute(field, 'aria-controls', listId)
    setText(status, suggestionCount(next.length))
    setActive(0)
  }
  const update = () => {
    draw()
    if (found)
      void find()
        ?.load?.()
        .then((hasMore) => hasMore && draw())
  }
  const insert = ({ text, onInsert }: Suggestion) => {
    if (!found) return
    onInsert?.()
    const space = /^\s/.test(field.value.slice(field.selectionStart)) ? '' : ' '
    field.setRangeText(text + space, found.start, field.selectionStart, 'end')
    field.dispatchEvent(new Event('input'))
    close()
  }

  setAttribute(field, 'aria-autocomplete', 'list')
  setAttribute(field, 'aria-haspopup', 'listbox')
  for (const event of ['input', 'click']) field.addEventListener(event, update)
  field.addEventListener('keyup', ({ key }) => {
    if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key)) update()
  })
  field.addEventListener('blur', close)
  // The field keeps the focus.
  popup.addEventListener('pointerdown', (event) => event.preventDefault())
  list.addEventListener('click', ({ target }) => {
    const option = target instanceof Element ? target.closest('[role="option"]') : null
    const suggestion = suggestions[[...list.children].indexOf(option as Element)]
    if (suggestion) insert(suggestion)
  })

  return {
    element,
    /** @returns whether the key was for the list */
    handleKey(event: KeyboardEvent): boolean {
      const suggestion = suggestions[active]
      if (!suggestion || isComposing(event)) return false
      const actions: Record<string, () => void> = {
        ArrowDown: () => setActive(active + 1),
        ArrowUp: () => setActive(active - 1),
        Enter: () => insert(suggestion),
        Tab: () => insert(suggestion),
        Escape: () => {
          dismissedAt = found?.start ?? null
          close()
        },
      }
      const action =
        event.shiftKey || event.altKey || event.ctrlKey ? undefined : actions[event.key]
      if (!action) return false
      event.preventDefault()
      event.stopPropagation()
      action()
      return true
    },
  }
}

const optionElement = ({ label }: Suggestion, index: number): HTMLElement =>
  make('li', { id: `suggestion-${index}`, role: 'option', 'aria-selected': 'false' }, ...label())
