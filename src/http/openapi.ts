// The REST contract as OpenAPI 3.1, made from the routes that validate.

import type { OpenAPIHono } from '@hono/zod-openapi'
import { adminScheme } from '../contract/routes/admin.ts'
import { bearerScheme } from '../contract/routes/parts.ts'
import { app } from '../contract/version.ts'
import type { Wired } from './parts.ts'

const description = `One room, in real time, at the edge.

**To try it**: register, log in, press *Authorize* and paste the \`access_token\`. It lasts for an
hour, and a minute more, as clocks differ; \`POST /auth/refresh\` gives a new one for the \`refresh_token\`, and a new one of those. A call
that uses the cookie instead needs an \`Origin\` that is allowed, as every browser sends it.

Times are UTC in ISO 8601, ids are UUIDs in lower case. Whatever is refused answers as a
*problem* (RFC 9457, \`application/problem+json\`): \`detail\` is a sentence for a person, \`code\` is for
programs and never changes its meaning, \`retry_after\` (also \`Retry-After\`) says in seconds when to
try again. Every call may also answer 413 \`too_large\`, and to a page of a foreign origin 403
\`origin_not_allowed\`; an unknown path answers 404, a method that a path does not know 405.

The WebSocket of the room is described in [/asyncapi.json](/asyncapi.json).`

export function openApiDocument(api: OpenAPIHono<Wired>): object {
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
      { name: 'users', description: 'Who is in the room' },
      { name: 'messages', description: 'History, and saying, changing and deleting' },
      { name: 'chat', description: 'The WebSocket' },
      { name: 'operation', description: 'Whether it works' },
      { name: 'admin', description: 'The hand of the operator; absent without `ADMIN_TOKEN`' },
    ],
  })
}

export function declareSchemes(api: OpenAPIHono<Wired>): void {
  api.openAPIRegistry.registerComponent('securitySchemes', bearerScheme, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `access_token` that logging in answers with',
  })
  api.openAPIRegistry.registerComponent('securitySchemes', adminScheme, {
    type: 'http',
    scheme: 'bearer',
    description: 'The `ADMIN_TOKEN` of the service',
  })
}
