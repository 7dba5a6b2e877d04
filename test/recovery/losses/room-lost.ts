// The room's storage is deleted. While the room restores itself from Postgres, it is killed.

import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil, waitUntilSynced } from '../../faults/round.ts'
import { call } from '../../harness/rest.ts'
import { acceptLoss } from '../accept-loss.ts'
import { deleteRoomStorage } from '../room-storage.ts'
import { killService, type Loss, letClientsIn, putOutAll, type Stage, talk } from '../stage.ts'

const slowMs = 400

export const roomLost: Loss = async (stage, people) => {
  const { service, postgres, log, silence } = stage
  await putOutAll(stage, people)
  await talk(stage)
  silence.begin()
  const { archive, killedAt } = await killService(stage)
  deleteRoomStorage(service.dataDir)
  const loss = acceptLoss(stage, archive, killedAt)

  await service.start()
  log.forget()
  postgres.proxy.refuse()
  letClientsIn(stage)
  const wrong = await findOpen(stage)

  postgres.proxy.heal()
  postgres.proxy.slow(slowMs)
  await delay(stage.random.between(900, 1_600))
  if (log.has('room_restored')) wrong.push('The kill came after the restore')
  const recoveringSince = performance.now()
  const killed = service.killWorkerd()
  postgres.proxy.heal()
  await killed
  await waitUntilSynced(stage, 0)
  return { ...loss, wrong, recoveryMs: performance.now() - recoveringSince }
}

/** While Postgres is away, the room must refuse everybody and say why. */
async function findOpen({ operator, service }: Stage): Promise<string[]> {
  await waitUntil('/ready says that the room is restoring', async () => {
    const ready = await operator.ready()
    return ready?.status === 'unavailable' && ready.room.code === 'restoring'
  })
  const { status } = await call(service.port, 'GET', '/messages?limit=1')
  return status === 503 ? [] : [`A room that is restoring answers ${status}`]
}
