// The text field of the word list, with the number of its terms and what is wrong with them.

import type * as moderation from '../../contract/moderation.ts'
import { make, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { limitInsertions } from '../text-input/insertion-limit.ts'
import { insertionRefusal } from '../text-input/length-text.ts'
import { countText, rangeOfLine, type TermFault, termsOf, textOf } from './word-terms.ts'

const termsMax: typeof moderation.moderationLimits.wordsMax = 500
/** In usual characters (see layout-cost.ts): more than the longest list. */
const typedMax = 60_000
/** More faults are only counted. */
const faultsShown = 5
const id = 'moderation-words'

const explanation = (): HTMLElement =>
  make(
    'p',
    { id: `${id}-help`, class: 'hint' },
    strings.oneTermALineAMessageWith + strings.capitalLettersDoNotCountATerm,
    make('code', {}, '*'),
    strings.atAnEndItIsAlsoFound,
    make('code', {}, 'casino*'),
    strings.findsCasinosTooModeratorsMayWriteAnything,
  )

export function createWordField() {
  const field = make('textarea', {
    id,
    name: 'words',
    rows: 12,
    dir: 'auto',
    autocapitalize: 'none',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': `${id}-help ${id}-count`,
  })
  const count = make('p', { class: 'hint', id: `${id}-count` })
  const problem = make('div', { class: 'word-problem', role: 'alert' })
  const setProblem = (...lines: string[]) => {
    problem.replaceChildren(...lines.map((line) => make('p', {}, line)))
    setAttribute(field, 'aria-invalid', lines.length > 0 ? 'true' : null)
  }
  const updateCount = () => setText(count, countText(termsOf(field.value).length, termsMax))

  limitInsertions({
    field,
    max: typedMax,
    onRefused: (characters) => setProblem(insertionRefusal(characters, typedMax)),
  })
  field.addEventListener('input', () => {
    setProblem()
    updateCount()
  })
  return {
    element: make(
      'div',
      { class: 'form-field' },
      make('label', { for: id }, strings.termsThatAreRefused),
      explanation(),
      field,
      count,
      problem,
    ),
    get value(): string {
      return field.value
    },
    setTerms(terms: readonly string[]): void {
      field.value = textOf(terms)
      setProblem()
      updateCount()
    },
    setReadOnly(readOnly: boolean): void {
      field.readOnly = readOnly
    },
    /** @returns whether there are too many terms: the field says so, and gets the focus */
    refusesCount(): boolean {
      const { length } = termsOf(field.value)
      if (length <= termsMax) return false
      setProblem(fill(strings.theListHasValue, { value: countText(length, termsMax) }))
      field.focus()
      return true
    },
    /** Names the lines, and selects the first one. */
    showFaults(faults: readonly TermFault[]): void {
      const lines = faults
        .slice(0, faultsShown)
        .map(({ number, term, fault }) =>
          fill(strings.lineNumberTermFault, { number, term, fault }),
        )
      const more = faults.length - lines.length
      setProblem(...lines, ...(more > 0 ? [fill(strings.andMoreMore, { more })] : []))
      const [first] = faults
      if (!first) return
      field.focus()
      field.setSelectionRange(...rangeOfLine(field.value, first.number))
    },
    focus: () => field.focus(),
  }
}
