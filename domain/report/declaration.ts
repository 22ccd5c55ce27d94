import type { Filter, Question, Table } from "./question";
import type { Report } from "./report";

/**
 * What a model declares about its business report: all words of the page about the business. The engine adds the age of
 * the data, the tables that are behind, and the numbers that are not known.
 */
export interface ReportDeclaration {
  /** In the order of the page. */
  readonly questions: readonly Question[];
  /** What the reader can choose. Without it, the page has no filters. */
  readonly filters?: FilterDeclaration;
  /** The day of the newest business event, which the page shows next to the time of the capture. */
  readonly newest?: NewestDeclaration;
  /** The numbers at the top of the page. */
  readonly headlines?: readonly HeadlinesDeclaration[];
  /** A table before the questions. */
  readonly overview?: OverviewDeclaration;
  /** Sentences at the foot of the page that say how to read the numbers. */
  readonly notes?: readonly string[];
}

/** Where the choices of the filters come from. */
export interface FilterDeclaration {
  /** The question with the months to choose from, in a column `month`. */
  readonly question: Question;
  /** Its column of numbers. The currency with the largest sum is the first. */
  readonly rankedBy: string;
}

/** A query for the newest day. */
export interface NewestDeclaration {
  /** its name in the report, different from all questions */
  readonly id: string;
  /** the mart that it reads */
  readonly mart: string;
  /** What is newest: `Newest sales order` */
  readonly title: string;
  /**
   * A query with one row and the column `day`: the text of a date in ISO 8601, or NULL.
   * @param mart its qualified name
   */
  readonly sql: (mart: string) => string;
}

/** A number that is read first. */
export interface Headline {
  readonly title: string;
  readonly value: string;
  /** all digits of a value that is shortened */
  readonly exact?: string;
  /** `GBP`; none for counts */
  readonly unit?: string;
  readonly detail: string;
  /**
   * True if it says that something does not exist. By default, this is so for the values "0" and "–". The page does not
   * say it over a table that is behind or lacks rows.
   */
  readonly isAbsence?: boolean;
  /** What the page shows in place of `detail` over such a table, if only `detail` says that something does not exist. */
  readonly detailOverGap?: string;
  /** Is it good news? Undefined where it is neither. */
  readonly good?: boolean;
}

/** Headlines from the rows of one question. */
export interface HeadlinesDeclaration {
  readonly question: Question;
  /** Their titles when the mart could not be read. */
  readonly titles: readonly string[];
  /** The engine calls it only if the mart was read. */
  readonly view: (report: Report, filter: Filter) => readonly Headline[];
}

/** A table, and its subject. */
export interface Overview {
  readonly title: string;
  readonly scope: string;
  readonly table: Table;
}

/** An overview from the rows of some questions. */
export interface OverviewDeclaration {
  readonly questions: readonly Question[];
  /** undefined when there is nothing to show */
  readonly view: (report: Report) => Overview | undefined;
}
