/** The bucket or object that a request is for. */
export interface PolicyResource {
  /** Region of the bucket, such as `ap-guangzhou`. */
  readonly region: string
  /** `BucketName-APPID`. */
  readonly bucket: string
  /** The object's key, decoded, without the slash before it; empty for an operation on the bucket. */
  readonly key: string
}

/** Headers or parameters, by name in any letter case. */
export type PolicyFields = ReadonlyMap<string, string> | Readonly<Record<string, string | undefined>>

/** What a policy is asked: may this be done? Whatever is left out, the request does not have. */
export interface PolicyRequest {
  /** The API, such as `PutObject`; `cos:PutObject` and `name/cos:PutObject` are the same. */
  readonly action: string
  /** Absent for GET Service, which only a resource of `*` covers. */
  readonly resource?: PolicyResource | undefined
  /**
   * Who asks: `qcs::cam::uin/<owner>:uin/<user>`, or `anonymous`. Matters to bucket policies alone, whose statements name whom they
   * are for.
   */
  readonly principal?: string | undefined
  /** Address of the client: `qcs:ip`. */
  readonly clientIp?: string | undefined
  /** Whether the request came over HTTPS: `cos:secure-transport`. */
  readonly isSecure?: boolean | undefined
  /** Such as `1.2`: `cos:tls-version`. */
  readonly tlsVersion?: string | undefined
  /** The VPC it came from: `vpc:requester_vpc`. */
  readonly vpcId?: string | undefined
  /** When it came, in Unix seconds: `qcs:current_time`. */
  readonly time?: number | undefined
  /** Request headers; for a form upload, its fields. Conditions such as `cos:content-type` read them. */
  readonly headers?: PolicyFields | undefined
  /** Query parameters, decoded. Conditions such as `cos:prefix` read them. */
  readonly params?: PolicyFields | undefined
  /** Tags in the request, each `key&value`: `qcs:request_tag`. */
  readonly tags?: readonly string[] | undefined
}

/** The value of a header or parameter. */
export function fieldOf(fields: PolicyFields | undefined, lowerCaseName: string): string | undefined {
  if (fields === undefined) return undefined
  if (isMap(fields)) {
    const value = fields.get(lowerCaseName)
    if (value !== undefined) return value
    for (const [name, other] of fields) if (name.toLowerCase() === lowerCaseName) return other
    return undefined
  }
  for (const name of Object.keys(fields)) if (name.toLowerCase() === lowerCaseName) return fields[name]
  return undefined
}

function isMap(fields: PolicyFields): fields is ReadonlyMap<string, string> {
  return fields instanceof Map
}
