// The form of the search panel: a term, and whose messages are searched.

import type { Member } from '../../client/contract.ts'
import { icon, make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { isComposing } from '../text-input/composition.ts'
import type { SearchRequest } from './search-state.ts'

export type SearchFormOptions = {
  /** The people whose messages can be searched. */
  people: () => readonly Member[]
  search: (request: SearchRequest, when: 'soon' | 'now') => void
}

const collator = new Intl.Collator()
/** UTF-16 units. */
const typedMax = 200

export function createSearchForm({ people, search }: SearchFormOptions) {
  const field = make('input', {
    type: 'search',
    id: 'search-term',
    dir: 'auto',
    autocomplete: 'off',
    enterkeyhint: 'search',
    maxlength: typedMax,
    placeholder: strings.searchMessages,
    'aria-label': strings.searchMessages,
    'aria-describedby': 'search-status',
  })
  const select = make('select', { id: 'search-from' })
  const element = make(
    'form',
    { class: 'search-form', role: 'search' },
    make('div', { class: 'search-field' }, icon('search'), field),
    make(
      'div',
      { class: 'search-from' },
      make('label', { for: 'search-from' }, strings.fromPerson),
      select,
    ),
  )
  const request = (): SearchRequest => ({ q: field.value.trim(), from: select.value || null })

  field.addEventListener('input', (event) => {
    // Half a word of an input method finds nothing.
    if (!(event as InputEvent).isComposing) search(request(), field.value === '' ? 'now' : 'soon')
  })
  field.addEventListener('compositionend', () => search(request(), 'soon'))
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && isComposing(event)) event.stopPropagation()
  })
  select.addEventListener('change', () => search(request(), 'now'))
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    search(request(), 'now')
  })

  return {
    element,
    request,
    focus: () => field.select(),
    /** Offers the people who are known now. The choice stays. */
    listPeople(): void {
      const chosen = select.value
      const known = people().toSorted((a, b) => collator.compare(a.username, b.username))
      const options = known.map(({ id, username }) => make('option', { value: id }, username))
      select.replaceChildren(make('option', { value: '' }, strings.everyone), ...options)
      select.value = known.some(({ id }) => id === chosen) ? chosen : ''
    },
  }
}
