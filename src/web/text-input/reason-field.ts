// A field for the optional reason of a report, a mute, a ban or a purge.

import type * as moderation from '../../contract/moderation.ts'
import { make, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { reasonOptional } from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { limitInsertions } from './insertion-limit.ts'
import { countCodePoints } from './layout-cost.ts'
import { insertionRefusal, lengthHint } from './length-text.ts'

/** Code points. */
const reasonMax: typeof moderation.moderationLimits.reasonMax = 200
/** In usual characters (see layout-cost.ts). */
const typedMax = 1_000
let fieldsMade = 0

/** @param hint says who reads the reason */
export function createReasonField(hint: string, label = reasonOptional) {
  const id = `reason-${++fieldsMade}`
  const input = make('input', {
    id,
    dir: 'auto',
    autocomplete: 'off',
    'aria-describedby': `${id}-help`,
  })
  const help = make('p', { id: `${id}-help`, class: 'help' }, hint)
  const element = make(
    'div',
    { class: 'form-field' },
    make('label', { for: id }, label),
    make('div', { class: 'box' }, input),
    help,
  )
  const length = () => countCodePoints(input.value.trim())
  const show = (problem: string | null) => {
    setAttribute(input, 'aria-invalid', problem === null ? null : 'true')
    setText(help, problem ?? (length() === 0 ? hint : (lengthHint(length(), reasonMax) ?? hint)))
  }
  const check = () => {
    const isTooLong = length() > reasonMax
    show(
      isTooLong
        ? fill(strings.theReasonHasValueCharacters, {
            value: lengthHint(length(), reasonMax) ?? '',
          })
        : null,
    )
    return !isTooLong
  }
  limitInsertions({
    field: input,
    max: typedMax,
    onRefused: (characters) => show(insertionRefusal(characters, reasonMax)),
  })
  input.addEventListener('input', check)
  return {
    element,
    /** @returns undefined if the reason is too long: the field shows it, and gets the focus */
    read(): string | null | undefined {
      if (!check()) return void input.focus()
      return input.value.trim() || null
    },
    clear(): void {
      input.value = ''
      check()
    },
    focus: () => input.focus(),
  }
}
