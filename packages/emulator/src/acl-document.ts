import { type AclLevel, type ChosenAcl, readAclHeaders, toGrantee } from './acl.ts'
import type { Grant, Permission } from './bucket-settings.ts'
import type { OperationRequest } from './operation.ts'
import { ownerOf, toOwner } from './owner.ts'
import { childrenOf, textOf, type XmlElement } from './parse-xml.ts'
import { readXmlBody } from './read-xml-body.ts'
import { Refusal } from './refusal.ts'
import type { XmlElements } from './xml-document.ts'

const PERMISSIONS: ReadonlySet<string> = new Set(['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL'])

/**
 * The access control list that a request wants to set: of its headers, or of its body, which must not both say something.
 *
 * @throws {Refusal} `InvalidRequest` [guess] when both do, `MissingRequestBodyError` when neither does, `MalformedXML`,
 * `InvalidArgument`
 */
export async function readAcl(request: OperationRequest, level: AclLevel): Promise<ChosenAcl> {
  const ofHeaders = readAclHeaders(request.headers, level)
  const hasBody =
    Number(request.headers.get('content-length') ?? 0) > 0 || request.headers.has('transfer-encoding')
  if (ofHeaders === undefined)
    return { acl: readGrants(await readXmlBody(request, 'AccessControlPolicy'), request.bucket) }
  if (!hasBody) return ofHeaders
  throw new Refusal('InvalidRequest', {
    message:
      'An access control list is set by the headers x-cos-acl and x-cos-grant-* or by the body, not by both.',
  })
}

/** The document `AccessControlPolicy`: the owner, who may do everything, and what is granted to others. */
export function toAclElements(bucket: string, acl: readonly Grant[]): XmlElements {
  const ofOwner: Grant = { type: 'CanonicalUser', grantee: ownerOf(bucket), permission: 'FULL_CONTROL' }
  return {
    Owner: toOwner(bucket),
    AccessControlList: {
      Grant: [ofOwner, ...acl].map(({ type, grantee, permission }) => ({
        Grantee: {
          '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
          '@xsi:type': type,
          ...(type === 'Group' ? { URI: grantee } : { ID: grantee, DisplayName: grantee }),
        },
        Permission: permission,
      })),
    },
  }
}

function readGrants(root: XmlElement, bucket: string): Grant[] {
  const [list, ...more] = childrenOf(root, 'AccessControlList')
  if (list === undefined || more.length > 0)
    throw malformed('AccessControlPolicy needs one AccessControlList.')
  return childrenOf(list, 'Grant')
    .map(readGrant)
    .filter(({ grantee }) => grantee !== ownerOf(bucket))
}

function readGrant(element: XmlElement): Grant {
  const [grantee] = childrenOf(element, 'Grantee')
  const name = grantee && (textOf(grantee, 'ID') ?? textOf(grantee, 'URI'))
  if (grantee === undefined || name === undefined)
    throw malformed('A Grant needs a Grantee with an ID or a URI.')
  const permission = textOf(element, 'Permission')?.trim() ?? ''
  if (!PERMISSIONS.has(permission))
    throw malformed(`A Grant needs a Permission of ${[...PERMISSIONS].join(', ')}.`)
  const { type, grantee: id } = toGrantee(name.trim())
  const isRoot = grantee.attributes.get('type') === 'RootAccount' && type === 'CanonicalUser'
  // Found among them above.
  return { type: isRoot ? 'RootAccount' : type, grantee: id, permission: permission as Permission }
}

function malformed(message: string): Refusal {
  return new Refusal('MalformedXML', { message })
}
