// All ways to end a session, and the erasure of an account.

import { type Account, newPassword } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import { expectEnded, textOf } from './expect-session-ended.ts'
import { connect, expectClosed, expectThat, newText, type Scenario } from './scenario.ts'

export const sessionEnds: Scenario = {
  name: 'the ends of sessions',
  pauseMs: 300,
  async run(runner) {
    const { accounts } = runner.parts
    const account = await accounts.open('hostile')
    const other: Account = { ...account }
    await accounts.logIn(other)
    const [mine, theirs] = [await connect(runner, account), await connect(runner, other)]
    const { token } = account
    const path = `/auth/sessions/${other.sessionId}`
    await runner.ask('session: ended', 'DELETE', path, { token, statuses: [204] })
    await expectClosed(runner, theirs, 'an ended session', 4401)
    await expectEnded(runner, other, 'of an ended session')

    await accounts.logIn(other)
    await changePassword(runner, account, other)
    await runner.ask('session: logout', 'POST', '/auth/logout', {
      token,
      json: {},
      statuses: [204],
    })
    await expectClosed(runner, mine, 'a logout', 4401)
    await expectEnded(runner, account, 'after logout')

    await accounts.logIn(account)
    const all = { token: account.token, statuses: [204] }
    await runner.ask('session: logout-all', 'POST', '/auth/logout-all', all)
    await expectEnded(runner, account, 'after logout-all')
  },
}

async function changePassword(
  runner: AttackRunner,
  account: Account,
  other: Account,
): Promise<void> {
  const { token, email, password, username } = account
  const chosen = newPassword()
  const change = (current: string, next: string, statuses: number[]) =>
    runner.ask('session: password', 'POST', '/auth/password', {
      token,
      json: { current, new: next },
      statuses,
    })
  await change(newPassword(), chosen, [403])
  await change(password, 'password123', [422])
  await change(password, `${username} 1`, [422])
  await change(password, chosen, [204])
  const json = { email, password }
  await runner.ask('session: an old password', 'POST', '/auth/login', { json, statuses: [401] })
  account.password = chosen
  other.password = chosen
  await expectEnded(runner, other, 'after another password')
}

export const erasure: Scenario = {
  name: 'an erased account',
  pauseMs: 300,
  async run(runner) {
    const { accounts, random, target } = runner.parts
    const account = await accounts.open('hostile')
    const { token, email, password } = account
    const socket = await connect(runner, account)
    const said = await runner.ask('erasure: before', 'POST', '/messages', {
      token,
      json: { content: newText() },
      statuses: [201],
    })
    const messages = random.pick(['keep', 'delete'] as const)
    const erase = (given: string, statuses: number[]) =>
      runner.ask('erasure', 'DELETE', '/auth/me', {
        token,
        json: { password: given, messages },
        statuses,
      })
    await erase(newPassword(), [403])
    await erase(password, [204])
    // A repeated erasure does no harm.
    await erase(password, [204, 401, 403])
    if (socket) {
      const ended = await socket.ended
      expectThat(
        runner,
        'a socket is not closed as it should be',
        [4401, 4403].includes(ended.code),
        ended,
      )
    }
    await expectEnded(runner, account, 'of an erased account')
    const again = { json: { email, password }, statuses: [401] }
    await runner.ask('erasure: logging in', 'POST', '/auth/login', again)
    const page = await runner.ask('erasure: after', 'GET', '/messages?limit=100', {
      statuses: [200],
    })
    const text = page?.body.toString() ?? ''
    expectThat(
      runner,
      'an erased account is not erased',
      !text.includes(account.username) &&
        (messages === 'keep' || !text.includes(textOf(said, 'id'))),
      { messages, username: account.username },
    )
    target.erased.push(account)
  },
}
