// Registrations with forged fields, with the name of another user, and many at the same time.

import { newPassword } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import * as hostileStrings from '../hostile-strings.ts'
import { markers } from '../leak-detector.ts'
import { expectThat, type Scenario } from './scenario.ts'

let made = 0
const newName = () => `new-${Date.now().toString(36)}-${++made}`

export const registrations: Scenario = {
  name: 'forged registrations',
  pauseMs: 300,
  async run(runner) {
    await registerWithPrivileges(runner)
    await registerAtOnce(runner)
    await registerLookalikes(runner)
  },
}

/** Forged fields have no effect. */
async function registerWithPrivileges(runner: AttackRunner): Promise<void> {
  const username = newName()
  const email = `${username}@${markers.hostileDomain}`
  const password = newPassword()
  const body = { ...hostileStrings.privileges, is_active: false, username, email, password }
  const answer = await runner.ask('registration: privileges', 'POST', '/auth/register', {
    json: body,
    statuses: [201],
  })
  const { id, is_active, username: kept } = answer?.json ?? {}
  if (answer?.status !== 201) return
  runner.parts.accounts.names.set(String(id), String(kept))
  expectThat(
    runner,
    'it accepted what only the service may set',
    id !== hostileStrings.privileges.id && is_active === true && kept === username,
    answer.json,
  )
}

/** Of ten registrations of one name at the same time exactly one succeeds. */
async function registerAtOnce(runner: AttackRunner): Promise<void> {
  const username = newName()
  const email = `${username}@${markers.hostileDomain}`
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      runner.ask('registration: at once', 'POST', '/auth/register', {
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
    runner.parts.accounts.names.set(String(answer?.json?.id), String(answer?.json?.username))
  expectThat(
    runner,
    'a name belongs to several accounts, or to none',
    opened.length === 1,
    answers.map((answer) => answer?.status),
  )
}

/** Names that look like an existing one, and common passwords. */
async function registerLookalikes(runner: AttackRunner): Promise<void> {
  const victim = runner.parts.target.wellBehaved[0]?.username ?? ''
  const names = [
    victim.toUpperCase(),
    victim.replace('e', '\u0435'),
    victim.replace('h', '\uff48'),
    `${victim}\u200b`,
    `${victim} `,
    ` ${victim}`,
    `\u202e${victim}`,
    '(deleted account)',
  ]
  for (const username of names) {
    const email = `${newName()}@${markers.hostileDomain}`
    const json = { username, email, password: newPassword() }
    await runner.ask('registration: disguise', 'POST', '/auth/register', {
      json,
      statuses: [409, 422],
    })
  }
  const username = newName()
  for (const password of ['password1', '12345678', 'qwertyuiop', `${username}1`, 'ß'.repeat(40)])
    await runner.ask('registration: weak password', 'POST', '/auth/register', {
      json: { username, email: `${newName()}@${markers.hostileDomain}`, password },
      statuses: [422],
    })
}
