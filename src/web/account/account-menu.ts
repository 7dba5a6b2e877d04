// The menu of the user's account, and the dialog with all its settings.

import type { Member } from '../../client/contract.ts'
import { problemOf } from '../../client/problem.ts'
import type { ChatRest } from '../../client/rest.ts'
import { browserStorage } from '../browser-storage.ts'
import { avatar } from '../elements/avatar.ts'
import { confirm } from '../elements/confirm-dialog.ts'
import { iconButton, make, nameElement } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { unsentWarning } from '../text/sentences.ts'
import { accountCalls } from './account-calls.ts'
import { createDataExport } from './data-export.ts'
import { createDeleteAccountForm } from './delete-account-form.ts'
import { createPasswordForm } from './password-form.ts'
import { createSessionList } from './session-list.ts'

export type AccountMenuOptions = {
  rest: ChatRest
  user: Member
  openSettings: () => void
  onLogout: (why: string | null) => void
  /** Runs when another account logged in on this browser. */
  accountChanged: () => void
  /** Makes a call that ends the session, after all changes were sent. */
  endSessionBy: <T>(call: () => Promise<T>) => Promise<T>
  /** The number of messages that were not sent yet. */
  unsent: () => number
  signal: AbortSignal
}

/** A logout waits no longer than this for the service. */
const answerWithinMs = 2_000
const noAnswerText = strings.youAreLoggedOutInThisBrowser + strings.openToEndItLogInAgain

export function createAccountMenu(parts: AccountMenuOptions) {
  const { user, openSettings, onLogout, unsent, signal } = parts
  const calls = accountCalls(parts)
  const picture = avatar(user.id, user.username)
  const button = make(
    'button',
    {
      type: 'button',
      class: 'account-button',
      'aria-label': fill(strings.yourAccountUsername, { username: user.username }),
      popovertarget: 'account-menu',
    },
    picture,
  )
  const settings = make('button', { type: 'button' }, strings.settings)
  const sessionsButton = make('button', { type: 'button' }, strings.accountAndSessions)
  const logout = make('button', { type: 'button' }, strings.logOut)
  const menu = make(
    'div',
    { class: 'menu', id: 'account-menu', popover: 'auto' },
    make('p', { class: 'menu-name' }, nameElement(user.username)),
    settings,
    sessionsButton,
    logout,
  )
  const sessions = createSessionList({ calls, onLogout })
  const erase = createDeleteAccountForm({ calls, onLogout })
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
      erase,
    ),
  )

  const logOut = async () => {
    menu.hidePopover()
    const left = unsent()
    const question = unsentWarning(left, browserStorage('localStorage') ? 'kept' : 'lost')
    if (
      left > 0 &&
      !(await confirm({ question, yes: strings.logOut, no: strings.stayLoggedIn, signal }))
    )
      return
    const isEnded = calls.logout().then(
      () => true,
      // The cookie belongs to another account, so nothing can renew this session any more.
      (thrown) => problemOf(thrown).code === 'account_changed',
    )
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, answerWithinMs, false))
    onLogout((await Promise.race([isEnded, late])) ? null : noAnswerText)
  }

  settings.addEventListener('click', () => {
    menu.hidePopover()
    openSettings()
  })
  sessionsButton.addEventListener('click', () => {
    menu.hidePopover()
    dialog.showModal()
    void sessions.load()
  })
  logout.addEventListener('click', logOut)
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
  return { button, menu, dialog }
}
