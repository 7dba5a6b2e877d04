// Sessions that are ended, in each way there is, and an account that is erased.

import { newPassword, type Person } from '../people.ts'
import type { Stage } from '../stage.ts'
import { endWithinMs, mustBeOver, textOf } from './ended.ts'
import { demand, enter, mustClose, type Scene, someText } from './scene.ts'

export const endings: Scene = {
  name: 'the ends of sessions',
  pauseMs: 300,
  async play(stage) {
    const { people } = stage.parts
    const person = await people.open('hostile')
    const other: Person = { ...person }
    await people.logIn(other)
    const [mine, theirs] = [await enter(stage, person), await enter(stage, other)]
    const { token } = person
    const path = `/auth/sessions/${other.sessionId}`
    await stage.ask('session: ended', 'DELETE', path, { token, statuses: [204] })
    if (theirs)
      await mustClose(stage, theirs, {
        what: 'an ended session',
        code: 4401,
        withinMs: endWithinMs,
      })
    await mustBeOver(stage, other, 'of an ended session')

    await people.logIn(other)
    await changePassword(stage, person, other)
    await stage.ask('session: logout', 'POST', '/auth/logout', { token, json: {}, statuses: [204] })
    if (mine) await mustClose(stage, mine, { what: 'a logout', code: 4401, withinMs: endWithinMs })
    await mustBeOver(stage, person, 'after logout')

    await people.logIn(person)
    const all = { token: person.token, statuses: [204] }
    await stage.ask('session: logout-all', 'POST', '/auth/logout-all', all)
    await mustBeOver(stage, person, 'after logout-all')
  },
}

async function changePassword(stage: Stage, person: Person, other: Person): Promise<void> {
  const { token, email, password, username } = person
  const chosen = newPassword()
  const change = (current: string, next: string, statuses: number[]) =>
    stage.ask('session: password', 'POST', '/auth/password', {
      token,
      json: { current, new: next },
      statuses,
    })
  await change(newPassword(), chosen, [403])
  await change(password, 'password123', [422])
  await change(password, `${username} 1`, [422])
  await change(password, chosen, [204])
  const json = { email, password }
  await stage.ask('session: an old password', 'POST', '/auth/login', { json, statuses: [401] })
  person.password = chosen
  other.password = chosen
  await mustBeOver(stage, other, 'after another password')
}

export const erasure: Scene = {
  name: 'an account erased',
  pauseMs: 300,
  async play(stage) {
    const { people, random, target } = stage.parts
    const person = await people.open('hostile')
    const { token, email, password } = person
    const socket = await enter(stage, person)
    const said = await stage.ask('erasure: before', 'POST', '/messages', {
      token,
      json: { content: someText() },
      statuses: [201],
    })
    const messages = random.pick(['keep', 'delete'] as const)
    const erase = (given: string, statuses: number[]) =>
      stage.ask('erasure', 'DELETE', '/auth/me', {
        token,
        json: { password: given, messages },
        statuses,
      })
    await erase(newPassword(), [403])
    await erase(password, [204])
    // Safe to repeat.
    await erase(password, [204, 401, 403])
    if (socket) {
      const ended = await socket.ended
      demand(stage, [4401, 4403].includes(ended.code), {
        rule: 'a socket is not closed as it should be',
        where: 'an erasure',
        evidence: ended,
      })
    }
    await mustBeOver(stage, person, 'of an erased account')
    const again = { json: { email, password }, statuses: [401] }
    await stage.ask('erasure: logging in', 'POST', '/auth/login', again)
    const page = await stage.ask('erasure: after', 'GET', '/messages?limit=100', {
      statuses: [200],
    })
    const text = page?.body.toString() ?? ''
    demand(
      stage,
      !text.includes(person.username) &&
        (messages === 'keep' || !text.includes(textOf(said, 'id'))),
      {
        rule: 'an erased account is still told of',
        where: 'GET /messages',
        evidence: { messages, username: person.username },
      },
    )
    target.erased.push(person)
  },
}
