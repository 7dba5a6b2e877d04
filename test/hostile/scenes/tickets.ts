// Tickets: each opens one socket, soon after it was bought, and nothing else.

import { setTimeout as delay } from 'node:timers/promises'
import type { Person } from '../people.ts'
import type { Stage } from '../stage.ts'
import { demand, isWelcome, mustBeTurnedAway, openSocket, type Scene } from './scene.ts'

export const tickets: Scene = {
  name: 'tickets',
  pauseMs: 300,
  async play(stage) {
    const person = await freshFrom(stage)
    if (!person) return
    const ticket = await buy(stage, person)
    const first = openSocket(stage, { query: `ticket=${ticket}` })
    const second = openSocket(stage, { query: `ticket=${ticket}` })
    const entered = await Promise.all([first.hear(isWelcome), second.hear(isWelcome)])
    demand(stage, entered.filter((text) => text !== null).length === 1, {
      rule: 'a ticket does not open exactly one socket',
      where: 'two at once',
      evidence: entered,
    })
    const third = openSocket(stage, { query: `ticket=${ticket}` })
    await mustBeTurnedAway(stage, third, { what: 'a used ticket', codes: [4401] })
    for (const wrong of [
      ticket.slice(1),
      `${ticket}x`,
      ticket.toUpperCase(),
      '',
      '*',
      'a'.repeat(5_000),
    ]) {
      const socket = openSocket(stage, { query: `ticket=${wrong}` })
      await mustBeTurnedAway(stage, socket, { what: 'a wrong ticket', codes: [4401] })
    }
    const unused = await buy(stage, person)
    const origin: [string, string] = ['Origin', 'https://evil.example']
    const stolen = openSocket(stage, { query: `ticket=${unused}`, headers: [origin] })
    await mustBeTurnedAway(stage, stolen, { what: 'a ticket from a foreign page', codes: [4403] })
    await stage.ask('ticket: logout', 'POST', '/auth/logout', { token: person.token, json: {} })
    const late = openSocket(stage, { query: `ticket=${unused}` })
    await mustBeTurnedAway(stage, late, { what: 'a ticket of an ended session', codes: [4401] })
    for (const socket of [first, second]) socket.close()
  },
}

export const oldTicket: Scene = {
  name: 'a ticket that is too old',
  pauseMs: 1_000,
  async play(stage) {
    const person = await freshFrom(stage)
    if (!person) return
    const ticket = await buy(stage, person)
    await delay(31_000)
    const socket = openSocket(stage, { query: `ticket=${ticket}` })
    await mustBeTurnedAway(stage, socket, { what: 'an old ticket', codes: [4401] })
  },
}

async function freshFrom(stage: Stage): Promise<Person | undefined> {
  return stage.has('ticket') ? stage.parts.people.open('hostile') : undefined
}

async function buy(stage: Stage, { token }: Person): Promise<string> {
  const heard = await stage.ask('ticket', 'POST', '/ws/ticket', { token, statuses: [201] })
  return String(heard?.json?.ticket ?? 'none')
}
