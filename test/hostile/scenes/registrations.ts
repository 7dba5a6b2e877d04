// Accounts that want to be more than they are, or somebody else, or the same one twice.

import * as horrors from '../horrors.ts'
import { marks } from '../leaks.ts'
import { newPassword } from '../people.ts'
import type { Stage } from '../stage.ts'
import { demand, type Scene } from './scene.ts'

let made = 0
const newName = () => `grab-${Date.now().toString(36)}-${++made}`

export const greedy: Scene = {
  name: 'accounts that want more',
  pauseMs: 300,
  async play(stage) {
    await privileged(stage)
    await atOnce(stage)
    await disguised(stage)
  },
}

/** Whatever it says of itself, it is an ordinary account. */
async function privileged(stage: Stage): Promise<void> {
  const username = newName()
  const email = `${username}@${marks.hostileMail}`
  const password = newPassword()
  const body = { ...horrors.privileges, is_active: false, username, email, password }
  const heard = await stage.ask('greed: privileges', 'POST', '/auth/register', {
    json: body,
    statuses: [201],
  })
  const { id, is_active, username: kept } = heard?.json ?? {}
  if (heard?.status !== 201) return
  stage.parts.people.names.set(String(id), String(kept))
  demand(stage, id !== horrors.privileges.id && is_active === true && kept === username, {
    rule: 'it took what only the service may set',
    where: 'POST /auth/register',
    evidence: heard.json,
  })
}

/** Of ten at once with one name and address exactly one gets it. */
async function atOnce(stage: Stage): Promise<void> {
  const username = newName()
  const email = `${username}@${marks.hostileMail}`
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      stage.ask('greed: at once', 'POST', '/auth/register', {
        json: {
          username: at % 2 ? username : username.toUpperCase(),
          email: at % 3 ? email : email.toUpperCase(),
          password: newPassword(),
        },
        statuses: [201, 409],
      }),
    ),
  )
  const opened = answers.filter((answer) => answer?.status === 201)
  for (const answer of opened)
    stage.parts.people.names.set(String(answer?.json?.id), String(answer?.json?.username))
  demand(stage, opened.length === 1, {
    rule: 'one name is given to several, or to none',
    where: 'POST /auth/register',
    evidence: answers.map((answer) => answer?.status),
  })
}

/** Names that look like one that is taken, and passwords that everybody knows. */
async function disguised(stage: Stage): Promise<void> {
  const victim = stage.parts.target.honest[0]?.username ?? ''
  const names = [
    victim.toUpperCase(),
    victim.replace('o', '\u043e'),
    victim.replace('h', '\uff48'),
    `${victim}\u200b`,
    `${victim} `,
    ` ${victim}`,
    `\u202e${victim}`,
    '(deleted account)',
  ]
  for (const username of names) {
    const email = `${newName()}@${marks.hostileMail}`
    const json = { username, email, password: newPassword() }
    await stage.ask('greed: disguise', 'POST', '/auth/register', { json, statuses: [409, 422] })
  }
  const username = newName()
  for (const password of ['password1', '12345678', 'qwertyuiop', `${username}1`, 'ß'.repeat(40)])
    await stage.ask('greed: a weak password', 'POST', '/auth/register', {
      json: { username, email: `${newName()}@${marks.hostileMail}`, password },
      statuses: [422],
    })
}
