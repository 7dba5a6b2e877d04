// The editor of an own message, in place of its text. It exists until the change is saved or
// cancelled, so that scrolling away does not lose the text.

import { isVisible } from '../../contract/visible.ts'
import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fieldMax, growWithText } from '../text-input/auto-height.ts'
import { isComposing } from '../text-input/composition.ts'
import { limitInsertions } from '../text-input/insertion-limit.ts'
import { updateLengthHint } from '../text-input/length-hint.ts'
import { insertionRefusal } from '../text-input/length-text.ts'
import { isSendKey } from '../text-input/send-key.ts'

export type MessageEditorOptions = {
  content: string
  /** In code points. */
  maxContent: number
  enterSends: () => boolean
  save: (content: string) => void
  cancel: () => void
}

export type MessageEditor = {
  element: HTMLElement
  focus: () => void
  /** To be called while the change is being saved: nothing can be typed. */
  setBusy: () => void
  /** Shows why the change was not saved. */
  showFailure: (problem: string) => void
}

export function createMessageEditor({
  content,
  maxContent,
  enterSends,
  save,
  cancel,
}: MessageEditorOptions): MessageEditor {
  const field = make('textarea', { 'aria-label': strings.editYourMessage, rows: 1, dir: 'auto' })
  field.value = content
  const problem = make('p', { class: 'notice', role: 'alert', hidden: true })
  const saveButton = make('button', { type: 'submit', class: 'small primary' }, strings.save)
  const cancelButton = make('button', { type: 'button', class: 'small quiet' }, strings.cancel)
  const lengthElement = make('span', { class: 'left' })
  const hint = make(
    'span',
    { class: 'hint' },
    enterSends() ? strings.enterSaves : strings.ctrlEnterSaves,
  )
  const element = make(
    'form',
    { class: 'editor', 'aria-label': strings.editMessage },
    field,
    problem,
    make('div', { class: 'editor-end' }, hint, lengthElement, cancelButton, saveButton),
  )

  const updateLength = () => {
    const isTooLong = updateLengthHint({ field, lengthElement, form: element }, maxContent)
    saveButton.disabled = field.readOnly || isTooLong
  }
  const submit = () => {
    const text = field.value.trim()
    if (!isVisible(text) || text === content) cancel()
    else if (!saveButton.disabled) save(text)
  }
  const showProblem = (text: string) => {
    problem.hidden = false
    setText(problem, text)
  }
  limitInsertions({
    field,
    max: fieldMax,
    onRefused: (characters) => showProblem(insertionRefusal(characters, maxContent)),
  })
  growWithText(field)
  field.addEventListener('input', () => {
    problem.hidden = true
    updateLength()
  })
  field.addEventListener('keydown', (event) => {
    if (isComposing(event)) return
    if (isSendKey(event, enterSends())) {
      event.preventDefault()
      submit()
    }
    if (event.key === 'Escape') {
      event.stopPropagation()
      cancel()
    }
  })
  cancelButton.addEventListener('click', cancel)
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  const setReadOnly = (readOnly: boolean) => {
    field.readOnly = readOnly
    updateLength()
  }
  return {
    element,
    focus() {
      updateLength()
      field.focus()
      field.setSelectionRange(field.value.length, field.value.length)
    },
    setBusy: () => setReadOnly(true),
    showFailure(text) {
      setReadOnly(false)
      showProblem(text)
      field.focus()
    },
  }
}
