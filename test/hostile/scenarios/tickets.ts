// A ticket opens one socket, within a short time, and nothing else.

import { setTimeout as delay } from 'node:timers/promises'
import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import type { Header } from '../http-call.ts'
import { expectRefused, expectThat, isWelcome, openSocket, type Scenario } from './scenario.ts'

export const tickets: Scenario = {
  name: 'tickets',
  pauseMs: 300,
  async run(runner) {
    const account = await runner.parts.accounts.open('hostile')
    const ticket = await requestTicket(runner, account)
    const first = openSocket(runner, { query: `ticket=${ticket}` })
    const second = openSocket(runner, { query: `ticket=${ticket}` })
    const entered = await Promise.all([first.waitForText(isWelcome), second.waitForText(isWelcome)])
    expectThat(
      runner,
      'a ticket does not open exactly one socket',
      entered.filter((text) => text !== null).length === 1,
      entered,
    )
    const third = openSocket(runner, { query: `ticket=${ticket}` })
    await expectRefused(runner, third, 'a used ticket', [4401])
    for (const wrong of [
      ticket.slice(1),
      `${ticket}x`,
      ticket.toUpperCase(),
      '',
      '*',
      'a'.repeat(5_000),
    ]) {
      const socket = openSocket(runner, { query: `ticket=${wrong}` })
      await expectRefused(runner, socket, 'a wrong ticket', [4401])
    }
    const unused = await requestTicket(runner, account)
    const origin: Header = ['Origin', 'https://evil.example']
    const stolen = openSocket(runner, { query: `ticket=${unused}`, headers: [origin] })
    await expectRefused(runner, stolen, 'a ticket from a foreign page', [4403])
    await runner.ask('ticket: logout', 'POST', '/auth/logout', { token: account.token, json: {} })
    const late = openSocket(runner, { query: `ticket=${unused}` })
    await expectRefused(runner, late, 'a ticket of an ended session', [4401])
    for (const socket of [first, second]) socket.close()
  },
}

export const oldTicket: Scenario = {
  name: 'a ticket that is too old',
  pauseMs: 1_000,
  async run(runner) {
    const account = await runner.parts.accounts.open('hostile')
    const ticket = await requestTicket(runner, account)
    await delay(31_000)
    const socket = openSocket(runner, { query: `ticket=${ticket}` })
    await expectRefused(runner, socket, 'an old ticket', [4401])
  },
}

async function requestTicket(runner: AttackRunner, { token }: Account): Promise<string> {
  const answer = await runner.ask('ticket', 'POST', '/ws/ticket', { token, statuses: [201] })
  return String(answer?.json?.ticket ?? 'none')
}
