// A question with two answers. Escape is the safe one.

import { make } from './dom.ts'

export type AskParts = { question: string; yes: string; no: string; signal: AbortSignal }

export function openAsk({ question, yes, no, signal }: AskParts): Promise<boolean> {
  const agree = make('button', { value: 'yes', class: 'primary' }, yes)
  const decline = make('button', { value: '', class: 'quiet', autofocus: true }, no)
  const dialog = make(
    'dialog',
    { class: 'ask', 'aria-label': yes },
    make('p', {}, question),
    make('form', { method: 'dialog', class: 'ask-end' }, decline, agree),
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
