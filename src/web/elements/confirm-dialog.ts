// Asks a question with two answers. Escape gives the safe one.

import { make } from './dom.ts'

export type ConfirmOptions = { question: string; yes: string; no: string; signal: AbortSignal }

export function confirm({ question, yes, no, signal }: ConfirmOptions): Promise<boolean> {
  const yesButton = make('button', { value: 'yes', class: 'primary' }, yes)
  const noButton = make('button', { value: '', class: 'quiet', autofocus: true }, no)
  const dialog = make(
    'dialog',
    { class: 'confirm', 'aria-label': yes },
    make('p', {}, question),
    make('form', { method: 'dialog', class: 'confirm-end' }, noButton, yesButton),
  )
  document.body.append(dialog)
  dialog.showModal()
  signal.addEventListener('abort', () => dialog.close())
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes')
      dialog.remove()
    })
  })
}
