// Completes a name after an `@`. The field keeps the focus and its role, because a text field with several
// lines cannot be a combobox; `aria-activedescendant` has the chosen name read out.

import type { Member } from '../../client/contract.ts'
import { avatar } from '../elements/avatar.ts'
import { make, nameElement, setAttribute, setText } from '../elements/dom.ts'
import { roomMention } from '../text/mention-text.ts'
import { suggestionCount } from '../text/sentences.ts'
import { isComposing } from '../text-input/composition.ts'
import { type MentionQuery, matchingPeople, mentionQuery } from './mention-query.ts'

export type MentionSource = {
  /** Other people, the likeliest first. */
  others: () => readonly Member[]
  /** @returns whether `others` has more people now */
  loadEveryone: () => Promise<boolean>
  /** Whether the user may mention everyone at once. */
  mayMentionRoom: () => boolean
}

/** `id` is null for the whole room. */
type Suggestion = { name: string; id: string | null }

const shownMax = 6
const listId = 'mention-suggestions'

export function createMentionCompletion(field: HTMLTextAreaElement, source: MentionSource) {
  const list = make('ul', { id: listId, role: 'listbox', 'aria-label': 'People to mention' })
  const status = make('p', { class: 'visually-hidden', role: 'status' })
  const popup = make('div', { class: 'suggestions', hidden: true }, list)
  const element = make('div', {}, popup, status)
  let found: MentionQuery | null = null
  let suggestions: readonly Suggestion[] = []
  let active = 0
  let chosen: readonly Member[] = []
  /** The index of an `@` for which the user has closed the list. */
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
  const draw = () => {
    const [caret, end] = [field.selectionStart, field.selectionEnd]
    found = caret === end ? mentionQuery(field.value, caret) : null
    if (found?.start !== dismissedAt) dismissedAt = null
    const next = found && dismissedAt === null ? suggestionsFor(found.query, source) : []
    // A name that is complete is sent with the next Enter.
    const isComplete = next.length === 1 && next[0]?.name === found?.query
    if (next.length === 0 || isComplete) return close()
    const isSame = next.every(({ id }, at) => suggestions[at]?.id === id)
    if (isSame && next.length === suggestions.length) return
    suggestions = next
    list.replaceChildren(...next.map(optionElement))
    popup.hidden = false
    setAttribute(field, 'aria-controls', listId)
    setText(status, suggestionCount(next.length))
    setActive(0)
  }
  const update = () => {
    draw()
    if (found) void source.loadEveryone().then((hasMore) => hasMore && draw())
  }
  const insert = ({ id, name }: Suggestion) => {
    if (!found) return
    if (id !== null) chosen = [...chosen, { id, username: name }]
    const space = /^\s/.test(field.value.slice(field.selectionStart)) ? '' : ' '
    field.setRangeText(`@${name}${space}`, found.start, field.selectionStart, 'end')
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
    /** The people whose names were inserted. They may have left since. */
    get chosen(): readonly Member[] {
      return chosen
    },
    /** To be called when the message is sent. */
    forgetChosen(): void {
      chosen = []
    },
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

function suggestionsFor(query: string, source: MentionSource): readonly Suggestion[] {
  const people = matchingPeople(query, source.others(), shownMax)
  const named = people.map(({ id, username }) => ({ id, name: username }))
  const isRoom = source.mayMentionRoom() && roomMention.startsWith(query.toLowerCase())
  return isRoom ? [...named.slice(0, shownMax - 1), { id: null, name: roomMention }] : named
}

function optionElement({ id, name }: Suggestion, index: number): HTMLElement {
  const attributes = { id: `mention-${index}`, role: 'option', 'aria-selected': 'false' }
  if (id !== null) return make('li', attributes, avatar(id, name), nameElement(name))
  const picture = make('span', { class: 'avatar', 'data-initials': '@', 'aria-hidden': 'true' })
  const everyone = make('span', { class: 'hint' }, 'everyone in the room')
  return make('li', attributes, picture, nameElement(name), everyone)
}
