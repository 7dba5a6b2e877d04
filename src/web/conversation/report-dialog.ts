// Asks for the reason of a report, sends the report, and confirms it.

import { make, nameElement, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { moderationFailure } from '../text/failures.ts'
import { createReasonField } from '../text-input/reason-field.ts'

export type ReportDialogOptions = {
  /** The author of the message. */
  username: string
  send: (reason: string | null) => Promise<void>
  signal: AbortSignal
}

export function openReportDialog({ username, send, signal }: ReportDialogOptions): void {
  const reason = createReasonField(strings.whatIsWrongWithTheMessage)
  const cancel = make('button', { type: 'button', class: 'quiet' }, strings.cancel)
  const submit = make('button', { type: 'submit', class: 'primary' }, strings.report)
  const problem = make('p', { class: 'help', role: 'alert' })
  const form = make(
    'form',
    {},
    make('p', { class: 'hint' }, strings.onlyModeratorsLearnThatYouReported),
    reason.element,
    problem,
    make('div', { class: 'confirm-end' }, cancel, submit),
  )
  const confirmation = make('p', { role: 'status' })
  const dialog = make(
    'dialog',
    { class: 'confirm report', 'aria-labelledby': 'report-title' },
    make('h2', { id: 'report-title' }, strings.reportTheMessageOf, nameElement(username)),
    confirmation,
    form,
  )

  const confirmSent = () => {
    const close = make('button', { value: '', class: 'primary' }, strings.close)
    form.replaceWith(make('form', { method: 'dialog', class: 'confirm-end' }, close))
    setText(confirmation, strings.thankYouTheModeratorsSeeYourReport)
    close.focus()
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const text = reason.read()
    if (text === undefined || submit.disabled) return
    submit.disabled = true
    setText(problem, '')
    try {
      await send(text)
      confirmSent()
    } catch (thrown) {
      setText(problem, moderationFailure(thrown))
      submit.disabled = false
    }
  })
  cancel.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
  dialog.addEventListener('close', () => dialog.remove())
  signal.addEventListener('abort', () => dialog.close())
  document.body.append(dialog)
  dialog.showModal()
  // On a phone, the focus in the field opens the keyboard.
  if (matchMedia('(pointer: coarse)').matches) cancel.focus()
}
