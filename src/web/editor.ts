// The field in which an own message is changed, in its place. It lives as long as the change does,
// so that what was typed survives being scrolled out of sight.

import { isVisible } from '../contract/visible.ts'
import { make, setText } from './dom.ts'
import { limitInsertions } from './insertions.ts'
import { isComposing } from './keys.ts'
import { showLength } from './length.ts'
import { fieldMax, fitHeight } from './text-height.ts'
import { notInserted } from './words.ts'

export type EditorParts = {
  content: string
  /** Code points that it may have. */
  maxContent: number
  save: (content: string) => void
  cancel: () => void
}

export type Editor = {
  element: HTMLElement
  focus: () => void
  /** The change is on its way; nothing can be typed. */
  wait: () => void
  /** It was refused: here is why. */
  refuse: (why: string) => void
}

export function openEditor({ content, maxContent, save, cancel }: EditorParts): Editor {
  const field = make('textarea', { 'aria-label': 'Edit your message', rows: 1, dir: 'auto' })
  field.value = content
  const why = make('p', { class: 'notice', role: 'alert', hidden: true })
  const keep = make('button', { type: 'submit', class: 'small primary' }, 'Save')
  const leave = make('button', { type: 'button', class: 'small quiet' }, 'Cancel')
  const left = make('span', { class: 'left' })
  const hint = make('span', { class: 'hint' }, 'Enter saves, Escape cancels')
  const element = make(
    'form',
    { class: 'editor', 'aria-label': 'Edit message' },
    field,
    why,
    make('div', { class: 'editor-end' }, hint, left, leave, keep),
  )

  const weigh = () => {
    const isTooLong = showLength({ field, left, form: element }, maxContent)
    keep.disabled = field.readOnly || isTooLong
  }
  const submit = () => {
    const text = field.value.trim()
    if (!isVisible(text) || text === content) cancel()
    else if (!keep.disabled) save(text)
  }
  const complain = (text: string) => {
    why.hidden = false
    setText(why, text)
  }
  limitInsertions({
    field,
    max: fieldMax,
    refused: (characters) => complain(notInserted(characters, maxContent)),
  })
  field.addEventListener('input', () => {
    why.hidden = true
    weigh()
    fitHeight(field)
  })
  field.addEventListener('keydown', (event) => {
    if (isComposing(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      submit()
    }
    if (event.key === 'Escape') {
      event.stopPropagation()
      cancel()
    }
  })
  leave.addEventListener('click', cancel)
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  const setBusy = (busy: boolean) => {
    field.readOnly = busy
    weigh()
  }
  return {
    element,
    focus() {
      weigh()
      fitHeight(field)
      field.focus()
      field.setSelectionRange(field.value.length, field.value.length)
    },
    wait: () => setBusy(true),
    refuse(text) {
      setBusy(false)
      complain(text)
      field.focus()
    },
  }
}
