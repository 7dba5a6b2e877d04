// One's own account: a small menu, and behind it a dialog for what is rarely needed.

import { problemOf } from '../client/problem.ts'
import type { ChatRest } from '../client/rest.ts'
import type { Member } from '../client/wire.ts'
import { accountCalls } from './account-calls.ts'
import { openAsk } from './ask.ts'
import { avatar } from './avatar.ts'
import { iconButton, make, nameOf } from './dom.ts'
import { openEraseForm } from './erase-form.ts'
import { openExport } from './export.ts'
import { openPasswordForm } from './password-form.ts'
import { openSessions } from './sessions.ts'
import { storageOf } from './visitor.ts'
import { leavingBehind } from './words.ts'

export type AccountParts = {
  rest: ChatRest
  user: Member
  leave: (why: string | null) => void
  /** Another account logged in in this browser. */
  accountChanged: () => void
  /** Makes a call that ends the session. */
  endBy: <T>(call: () => Promise<T>) => Promise<T>
  /** How many messages have not gone out. */
  unsent: () => number
  signal: AbortSignal
}

/** Nobody waits for a service that is away in order to leave. */
const toldWithinMs = 2_000
const notTold =
  'You are logged out here, but the service could not be told: to it, the session goes on. ' +
  'To end it, log in again when you can, and then out.'

export function openAccount(parts: AccountParts) {
  const { user, leave, unsent, signal } = parts
  const calls = accountCalls(parts)
  const face = avatar(user.id, user.username)
  const button = make(
    'button',
    {
      type: 'button',
      class: 'me',
      'aria-label': `Your account: ${user.username}`,
      popovertarget: 'account-menu',
    },
    face,
  )
  const settings = make('button', { type: 'button' }, 'Account and sessions')
  const logout = make('button', { type: 'button' }, 'Log out')
  const menu = make(
    'div',
    { class: 'menu', id: 'account-menu', popover: 'auto' },
    make('p', { class: 'menu-name' }, nameOf(user.username)),
    settings,
    logout,
  )
  const sessions = openSessions({ calls, leave })
  const erase = openEraseForm({ calls, leave })
  const close = iconButton('close', 'Close')
  const dialog = make(
    'dialog',
    { class: 'account', 'aria-labelledby': 'account-title' },
    make(
      'div',
      { class: 'account-head' },
      make('h2', { id: 'account-title' }, 'Your account'),
      close,
    ),
    make(
      'div',
      { class: 'account-body' },
      sessions.element,
      openPasswordForm({ calls, changed: () => sessions.load() }),
      openExport({ calls }),
      erase,
    ),
  )

  const goOut = async () => {
    menu.hidePopover()
    const left = unsent()
    const question = leavingBehind(left, storageOf('localStorage') ? 'kept' : 'lost')
    if (left > 0 && !(await openAsk({ question, yes: 'Log out', no: 'Stay', signal }))) return
    const told = calls.logout().then(
      () => true,
      // The cookie is another account's: nothing here renews this session any more.
      (thrown) => problemOf(thrown).code === 'account_changed',
    )
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, toldWithinMs, false))
    leave((await Promise.race([told, late])) ? null : notTold)
  }

  settings.addEventListener('click', () => {
    menu.hidePopover()
    dialog.showModal()
    void sessions.load()
  })
  logout.addEventListener('click', goOut)
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
  return { button, menu, dialog }
}
