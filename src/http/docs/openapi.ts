// The REST contract as an OpenAPI 3.1 document, generated from the routes that validate requests.

import type { OpenAPIHono } from '@hono/zod-openapi'
import { bearerScheme } from '../../contract/routes/building-blocks.ts'
import { adminScheme } from '../../contract/routes/operator-access.ts'
import { app } from '../../contract/version.ts'
import type { AppEnv } from '../app-env.ts'

const description = `One room, in real time, at the edge.

**To try it**: register, log in, press *Authorize* and paste the \`access_token\`. It is valid for an
hour, plus one minute because clocks differ. \`POST /auth/refresh\` exchanges the \`refresh_token\` for a new pair. A
call that uses the cookie instead needs an allowed \`Origin\`, which every browser sends.

Times are UTC in ISO 8601, ids are UUIDs in lower case. Every refusal is a *problem* (RFC 9457,
\`application/problem+json\`): \`detail\` is a sentence for a person, \`code\` is for programs and never changes
its meaning, \`retry_after\` (also \`Retry-After\`) is the time to wait in seconds. Every call may also
answer 413 \`too_large\`, and 403 \`origin_not_allowed\` to a page of another origin. An unknown path answers
404, an unsupported method 405.

The WebSocket of the room is described in [/asyncapi.json](/asyncapi.json).`

export function openApiDocument(api: OpenAPIHono<AppEnv>): object {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: app.name,
      version: app.version,
      description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [
      { name: 'auth', description: 'Accounts, sessions and their tokens' },
      { name: 'users', description: 'Users who are online' },
      { name: 'messages', description: 'The history, and sending, editing and deleting messages' },
      {
        name: 'moderation',
        description:
          'The state of the room, and what owners and moderators may do. The room checks the role at each call',
      },
      { name: 'chat', description: 'The WebSocket' },
      { name: 'operation', description: 'The health of the service' },
      { name: 'admin', description: 'Calls of the operator; absent without `ADMIN_TOKEN`' },
    ],
  })
}

export function declareSchemes(api: OpenAPIHono<AppEnv>): void {
  api.openAPIRegistry.registerComponent('securitySchemes', bearerScheme, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `access_token` of a login or refresh',
  })
  api.openAPIRegistry.registerComponent('securitySchemes', adminScheme, {
    type: 'http',
    scheme: 'bearer',
    description: 'The `ADMIN_TOKEN` of the service',
  })
}
