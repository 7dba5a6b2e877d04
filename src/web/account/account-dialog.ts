// The dialog of the user's account: sessions, password, data, and the end of the account.

import { iconButton, make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import type { AccountCalls } from './account-calls.ts'
import { createDataExport } from './data-export.ts'
import { createDeleteAccountForm } from './delete-account-form.ts'
import { createPasswordForm } from './password-form.ts'
import { createSessionList } from './session-list.ts'

export type AccountDialogOptions = {
  calls: AccountCalls
  onLogout: (why: string | null) => void
}

export function createAccountDialog({ calls, onLogout }: AccountDialogOptions) {
  const sessions = createSessionList({ calls, onLogout })
  const close = iconButton('close', strings.close)
  const dialog = make(
    'dialog',
    { class: 'account', 'aria-labelledby': 'account-title' },
    make(
      'div',
      { class: 'account-head' },
      make('h2', { id: 'account-title' }, strings.yourAccount),
      close,
    ),
    make(
      'div',
      { class: 'account-body' },
      sessions.element,
      createPasswordForm({ calls, onChanged: () => sessions.load() }),
      createDataExport({ calls }),
      createDeleteAccountForm({ calls, onLogout }),
    ),
  )
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
  return {
    dialog,
    open(): void {
      dialog.showModal()
      void sessions.load()
    },
  }
}
