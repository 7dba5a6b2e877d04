// Downloads all data of the user as a file.

import { make, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import type { AccountCalls } from './account-calls.ts'

export type DataExportOptions = { calls: Pick<AccountCalls, 'exportData'> }

/** The browser needs the URL until it has saved the file. */
const revokeAfterMs = 60_000

export function createDataExport({ calls }: DataExportOptions): HTMLElement {
  const button = make('button', { type: 'button', class: 'small quiet' }, strings.download)
  const status = make('p', { class: 'help', role: 'status' })
  button.addEventListener('click', async () => {
    button.disabled = true
    setText(status, strings.preparingTheFile)
    try {
      const href = URL.createObjectURL(await calls.exportData())
      make('a', { href, download: 'edge-chat-data.json' }).click()
      setTimeout(() => URL.revokeObjectURL(href), revokeAfterMs)
      setText(status, strings.downloaded)
    } catch (problem) {
      setText(status, problem instanceof Error ? problem.message : '')
    }
    button.disabled = false
  })
  return make(
    'section',
    {},
    make('h3', {}, strings.yourData),
    make('p', {}, strings.everythingThatIsStoredAboutYouWith),
    button,
    status,
  )
}
