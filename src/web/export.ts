// All that is kept about this person, as a file.

import type { AccountCalls } from './account-calls.ts'
import { make, setText } from './dom.ts'

export type ExportParts = { calls: Pick<AccountCalls, 'exportData'> }

/** For the browser to take the file over. */
const keptForMs = 60_000

export function openExport({ calls }: ExportParts): HTMLElement {
  const button = make('button', { type: 'button', class: 'small quiet' }, 'Download')
  const news = make('p', { class: 'help', role: 'status' })
  button.addEventListener('click', async () => {
    button.disabled = true
    setText(news, 'Collecting…')
    try {
      const href = URL.createObjectURL(await calls.exportData())
      make('a', { href, download: 'edge-chat-data.json' }).click()
      setTimeout(() => URL.revokeObjectURL(href), keptForMs)
      setText(news, 'Downloaded.')
    } catch (problem) {
      setText(news, problem instanceof Error ? problem.message : '')
    }
    button.disabled = false
  })
  return make(
    'section',
    {},
    make('h3', {}, 'Your data'),
    make('p', {}, 'All that is kept about you, with every message you wrote, as a JSON file.'),
    button,
    news,
  )
}
