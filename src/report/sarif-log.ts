/**
 * The part of SARIF 2.1.0 that we write: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * What GitHub reads of it: https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
 */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly [SarifRun];
}

export interface SarifRun {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly semanticVersion: string;
      readonly informationUri: string;
      readonly rules: readonly SarifRule[];
    };
  };
  readonly automationDetails: { readonly id: string };
  readonly columnKind: 'utf16CodeUnits';
  readonly invocations: readonly [SarifInvocation];
  readonly results: readonly SarifResult[];
}

export interface SarifInvocation {
  readonly executionSuccessful: boolean;
  readonly toolExecutionNotifications?: readonly {
    readonly level: SarifLevel;
    readonly message: SarifMessage;
  }[];
}

export interface SarifRule {
  readonly id: string;
  readonly shortDescription: SarifMessage;
  readonly fullDescription: SarifMessage;
  readonly helpUri: string;
  readonly defaultConfiguration: { readonly level: SarifLevel };
}

export interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: SarifLevel;
  readonly message: SarifMessage;
  readonly locations: readonly [{ readonly physicalLocation: SarifPlace }];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
}

export interface SarifPlace {
  readonly artifactLocation: { readonly uri: string; readonly uriBaseId: '%SRCROOT%' };
  readonly region: { readonly startLine: number; readonly startColumn?: number };
}

export interface SarifMessage {
  readonly text: string;
}

export type SarifLevel = 'error' | 'warning' | 'note';
