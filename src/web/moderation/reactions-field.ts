// The emoji that people can react with: typed, or chosen from the picker.

import type * as contract from '../../contract/reactions.ts'
import { make, setAttribute, setText } from '../elements/dom.ts'
import { createEmojiPicker } from '../emoji/emoji-picker.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { emojiFault, emojiIn, emojiText } from './emoji-list.ts'

const most: typeof contract.reactionLimits.allowedMax = 12
const id = 'moderation-reactions'
const hint = fill(strings.reactionsHint, { max: most })

export function createReactionsField() {
  const field = make('input', {
    ...{ id, name: 'reactions', type: 'text', class: 'emoji', dir: 'auto', autocomplete: 'off' },
    'aria-describedby': `${id}-help`,
  })
  const help = make('p', { id: `${id}-help`, class: 'help' }, hint)
  const picker = createEmojiPicker((emoji) => {
    field.value = emojiText([...emojiIn(field.value), emoji])
    field.dispatchEvent(new Event('input', { bubbles: true }))
    field.focus()
  })
  const faultNow = () => emojiFault(emojiIn(field.value), most)
  const setProblem = (text: string | null) => {
    setText(help, text ?? hint)
    setAttribute(field, 'aria-invalid', text === null ? null : 'true')
  }
  field.addEventListener('input', () => setProblem(faultNow()))
  return {
    element: make(
      'div',
      { class: 'form-field' },
      make('label', { for: id }, strings.reactionsToOffer),
      make('div', { class: 'box reactions-box' }, field, picker.button),
      help,
      picker.popover,
    ),
    /** With one space between two emoji. */
    get value(): string {
      return emojiText(emojiIn(field.value))
    },
    get isRefused(): boolean {
      return faultNow() !== null
    },
    setValue(text: string): void {
      field.value = text
      setProblem(null)
    },
    setNotice: (text: string) => setText(help, text),
    setProblem,
    focus: () => field.focus(),
  }
}
