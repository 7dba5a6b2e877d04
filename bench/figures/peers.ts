// The room beside its peers, in one sitting: deliveries a second, a lone user, and slow stores.

import type { Bundle } from '../harness/bundle.ts'
import { startPostgresServer } from '../harness/postgres-server.ts'
import { openStores } from '../harness/stores.ts'
import { bareObject, insertingObject } from '../peers/bare-object.ts'
import { bareWs, socketIo } from '../peers/node-servers.ts'
import { thisRoom } from '../peers/this-room.ts'
import { drawLatency } from '../report/latency-chart.ts'
import { peersReport } from '../report/peers-report.ts'
import type { Row } from '../report/table.ts'
import { type DeliveriesOptions, type DeliveriesRow, measureDeliveries } from './deliveries.ts'
import { logProgress, type Mode, type Report } from './figure.ts'
import { type LoneUserOptions, measureLoneUser } from './lone-user.ts'
import { measureSlowStores, type SlowStoresOptions } from './slow-stores.ts'

export type PeersRun = {
  deliveries: DeliveriesRow[]
  loneUser: Row[]
  slowStores: Row[]
}

type Options = {
  runs: number
  deliveries: DeliveriesOptions
  loneUser: LoneUserOptions
  slowStores: SlowStoresOptions
}

const crowds = [500, 2_000]

const modes: Record<Mode, Options> = {
  short: {
    runs: 1,
    deliveries: {
      moderateSeconds: 3,
      up: 1.5,
      stepSeconds: 2,
      holdSeconds: 3,
      halvings: 1,
      budgetSeconds: 10,
    },
    loneUser: { seconds: 6, rounds: 1 },
    slowStores: { seconds: 4, rounds: 1, delaysMs: [0, 200] },
  },
  full: {
    runs: 3,
    deliveries: {
      moderateSeconds: 12,
      up: 1.4,
      stepSeconds: 3,
      holdSeconds: 10,
      halvings: 2,
      budgetSeconds: 35,
    },
    loneUser: { seconds: 10, rounds: 3 },
    slowStores: { seconds: 10, rounds: 2, delaysMs: [0, 200, 5_000] },
  },
}

export async function peers(bundle: Bundle, mode: Mode): Promise<Report> {
  const options = modes[mode]
  const server = await startPostgresServer()
  const stores = await openStores(server.url)
  const inserting = insertingObject(bundle.compatibilityDate)
  const batching = thisRoom({ bundle, stores }, 'chat.v1')
  const subjects = [
    bareObject(bundle.compatibilityDate),
    inserting,
    socketIo(server.url),
    bareWs(),
    thisRoom({ bundle, stores }, 'plain'),
    batching,
  ]
  const runs: PeersRun[] = []
  try {
    for (let n = 0; n < options.runs; n++) {
      const deliveries: DeliveriesRow[] = []
      for (const sockets of crowds)
        for (const subject of subjects) {
          logProgress(`${subject.name}, ${sockets} sockets`)
          deliveries.push(await measureDeliveries(subject, sockets, options.deliveries))
        }
      logProgress('a lone user')
      const loneUser = await measureLoneUser([inserting, batching], options.loneUser)
      logProgress('slow Postgres and Redis')
      const slowStores = await measureSlowStores(batching, stores, options.slowStores)
      runs.push({ deliveries, loneUser, slowStores })
    }
  } finally {
    await stores.close()
    await server.stop()
  }
  const charts = crowds.map((sockets) => ({
    sockets,
    file: `peers-${sockets}.svg`,
    runs: runs.map(({ deliveries }) => deliveries.filter((row) => row.sockets === sockets)),
  }))
  return {
    lines: [`${server.name}, embedded Redis.`, '', ...peersReport(runs, charts)],
    charts: Object.fromEntries(
      charts.map(({ sockets, file, runs }) => [file, drawLatency(runs, sockets)]),
    ),
  }
}
