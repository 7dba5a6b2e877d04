// The operator's calls by whoever is not the operator, and what they do to those they concern.

import type { Stage } from '../stage.ts'
import { endWithinMs } from './ended.ts'
import {
  asMember,
  demand,
  enter,
  mustBeTurnedAway,
  mustClose,
  openSocket,
  type Scene,
} from './scene.ts'

export const putOut: Scene = {
  name: 'someone put out',
  pauseMs: 300,
  async play(stage) {
    const { people, target } = stage.parts
    if (target.adminToken === null) return
    const person = await people.open('hostile')
    const tabs = [await enter(stage, person), await enter(stage, person)]
    const asOperator = { token: target.adminToken, statuses: [204] }
    const at = `/admin/users/${person.id}`
    await stage.ask('operator: deactivate', 'POST', `${at}/deactivate`, asOperator)
    for (const tab of tabs)
      if (tab)
        await mustClose(stage, tab, { what: 'a deactivation', code: 4403, withinMs: endWithinMs })
    await mustBeOut(stage, person)
    await stage.ask('operator: activate', 'POST', `${at}/activate`, asOperator)
    await people.logIn(person)
    const back = await enter(stage, person)
    await stage.ask('operator: end sessions', 'DELETE', `${at}/sessions`, asOperator)
    if (back)
      await mustClose(stage, back, { what: 'ended sessions', code: 4401, withinMs: endWithinMs })
  },
}

type Out = { token: string; email: string; password: string; refreshToken: string | null }

async function mustBeOut(
  stage: Stage,
  { token, email, password, refreshToken }: Out,
): Promise<void> {
  const kind = 'operator: put out'
  const statuses = [401, 403]
  const login = await stage.ask(kind, 'POST', '/auth/login', {
    json: { email, password },
    statuses,
  })
  demand(stage, login?.code === 'account_inactive', {
    rule: 'someone put out is not told so',
    where: 'POST /auth/login',
    evidence: login?.json,
  })
  await stage.ask(kind, 'GET', '/auth/me', { token, statuses })
  await stage.ask(kind, 'POST', '/messages', { token, json: { content: 'h0st1le' }, statuses })
  await stage.ask(kind, 'POST', '/auth/refresh', {
    json: { refresh_token: refreshToken },
    statuses,
  })
  const socket = openSocket(stage, { headers: asMember(token) })
  await mustBeTurnedAway(stage, socket, {
    what: 'the token of someone put out',
    codes: [4401, 4403],
  })
}
