// The field in which an own message is changed, in its place. It lives as long as the change does,
// so that what was typed survives being scrolled out of sight.

import { make } from './dom.ts'
import { isComposing } from './keys.ts'
import { fitHeight } from './text-height.ts'

export type EditorParts = {
  content: string
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

export function openEditor({ content, save, cancel }: EditorParts): Editor {
  const field = make('textarea', { 'aria-label': 'Edit your message', rows: 1, dir: 'auto' })
  field.value = content
  const why = make('p', { class: 'notice', role: 'alert', hidden: true })
  const keep = make('button', { type: 'submit', class: 'small primary' }, 'Save')
  const leave = make('button', { type: 'button', class: 'small quiet' }, 'Cancel')
  const hint = make('span', { class: 'hint' }, 'Enter saves, Escape cancels')
  const element = make(
    'form',
    { class: 'editor', 'aria-label': 'Edit message' },
    field,
    why,
    make('div', { class: 'editor-end' }, hint, leave, keep),
  )

  const submit = () => {
    const text = field.value.trim()
    if (text === '' || text === content) cancel()
    else save(text)
  }
  field.addEventListener('input', () => fitHeight(field))
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
    keep.disabled = busy
  }
  return {
    element,
    focus() {
      fitHeight(field)
      field.focus()
      field.setSelectionRange(field.value.length, field.value.length)
    },
    wait: () => setBusy(true),
    refuse(text) {
      setBusy(false)
      why.hidden = false
      why.textContent = text
      field.focus()
    },
  }
}
