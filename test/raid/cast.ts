// Everyone who takes part: the crowd in a process of its own, the honest member, and the moderators.

import { join } from 'node:path'
import { startWorker, type Worker } from '../../bench/harness/worker-rpc.ts'
import { type Account, openAccounts, writeBefore } from './accounts.ts'
import type { CrowdHandlers } from './crowd.ts'
import { HonestMember } from './honest-member.ts'
import { type Moderators, openModerators } from './moderators.ts'
import type { Stage } from './stage.ts'

export type Cast = {
  crowd: Worker<CrowdHandlers>
  honest: HonestMember
  moderators: Moderators
  raiders: Account[]
  /** Each has written many messages. They are not connected. */
  flooders: Account[]
  letRaidersIn(): Promise<void>
}

const flooderNames = ['Frank', 'Fay', 'Fritz']
const monthMs = 30 * 24 * 60 * 60_000
/** After the last join, until everyone has been told of it. */
const settleMs = 3_000

type Size = { listeners: number; raiders: number; earlierFlood: number }

/** Only the accounts of the raiders are new. */
export async function openCast(stage: Stage, size: Size): Promise<Cast> {
  const longAgo = Date.now() - monthMs
  const [grace, ...flooders] = await openAccounts(stage, ['Grace', ...flooderNames], longAgo)
  const listeners = await openAccounts(stage, named('reader', size.listeners), longAgo)
  await writeBefore(stage, flooders, size.earlierFlood)

  const crowd = startWorker<CrowdHandlers>(join(import.meta.dirname, 'crowd.ts'))
  const connect = (group: 'listeners' | 'raiders', accounts: Account[]) =>
    crowd.call('connect', { group, endpoints: accounts.map((one) => endpointOf(stage, one)) })
  await connect('listeners', listeners)
  if (!grace) throw new Error('There is no honest member')
  const honest = new HonestMember(grace, stage.directPort)
  const moderators = await openModerators(stage)
  const raiders = await openAccounts(stage, named('flood', size.raiders), Date.now())
  await new Promise((resolve) => setTimeout(resolve, settleMs))
  return {
    ...{ crowd, honest, moderators, raiders, flooders },
    letRaidersIn: () => connect('raiders', raiders),
  }
}

const named = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${String(index).padStart(3, '0')}`)

const endpointOf = ({ directPort }: Stage, { token }: Account) => ({
  url: `ws://127.0.0.1:${directPort}/ws/chat`,
  subprotocols: ['chat.v1', `bearer.${token}`],
})
