//! What every store engine must do, as one suite run against each of them.
//!
//! A rule is a function that is given an [`Engine`] and stops at the first surprise. An engine
//! runs them all with [`store_contract!`], each as a test of its own with a store of its own.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "the whole crate is tests: each stops at the first surprise"
)]

pub mod access;
pub mod accounts;
pub mod beside;
pub mod blobs;
pub mod cases;
pub mod class;
pub mod desk;
pub mod dump;
pub mod encounters;
pub mod jobs;
pub mod kept;
pub mod ledger;
pub mod listing;
pub mod made;
pub mod mend;
pub mod notices;
pub mod rebuild;
pub mod record;
pub mod shown;
pub mod sign_in;
pub mod standing;
pub mod tokens;
pub mod totals;
pub mod units;
pub mod webhooks;

use std::future::Future;
use std::sync::Arc;

use pengayom_store::Store;

/// A place where an engine keeps one store, empty at first.
pub trait Engine: Send + Sync {
    /// Opens the store. Opened again after it was closed, it holds what was kept.
    fn open(&self) -> impl Future<Output = Arc<dyn Store>> + Send;

    /// Changes a store by hand, as any other program could: in the SQL of the engine.
    fn by_hand(&self, sql: BySql) -> impl Future<Output = ()> + Send;
}

/// A statement in the SQL of each engine.
#[derive(Debug, Clone, Copy)]
pub struct BySql {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

impl BySql {
    /// A statement that reads alike in both.
    pub const fn both(sql: &'static str) -> Self {
        Self {
            sqlite: sql,
            postgres: sql,
        }
    }
}

/// Names every rule, and hands the names to a macro: `module: rule, rule, …;`.
#[macro_export]
macro_rules! for_each_rule {
    ($run:path, $engine:ty) => {
        $run! { $engine;
            record: acts_of_a_subject_come_in_their_order,
            acts_of_a_unit_come_in_the_order_of_commit,
            an_act_comes_back_as_it_was_recorded,
            a_stale_version_is_refused,
            one_of_many_appends_to_a_subject_wins,
            an_append_that_rests_on_another_subject_is_refused_once_that_changed,
            a_repeated_command_gets_the_first_answer,
            a_command_repeated_at_once_files_one_case,
            a_command_id_with_other_content_is_refused,
            a_command_of_before_is_held_to_its_content_and_then_keyed,
            a_command_keyed_by_another_key_gets_the_first_answer,
            a_repeated_command_is_known_before_its_version_is_judged,
            a_repeated_source_key_changes_nothing,
            known_source_keys_are_told,
            appends_of_many_are_refused_one_by_one,
            a_subject_appended_twice_in_one_commit_sees_itself,
            an_append_without_acts_is_refused,
            an_act_about_another_kind_of_subject_is_refused,
            a_refused_append_leaves_nothing_behind,
            the_subject_of_a_command_is_found,
            numbers_have_no_gaps_under_concurrency,
            numbers_start_again_in_each_series_and_unit,
            a_number_brought_along_is_kept_and_unique,
            what_was_recorded_is_there_after_closing,
            a_closed_store_takes_nothing;
            units: the_same_ids_in_two_units_stay_apart,
            lists_of_one_unit_show_nothing_of_another,
            totals_of_one_unit_count_nothing_of_another,
            what_lies_beside_the_record_stays_apart,
            a_unit_is_kept_and_replaced,
            days_are_those_of_the_units_zone;
            access: who_may_know_a_case_is_listed_with_it;
            class: a_class_and_what_waits_stand_with_the_case,
            what_has_waited_longest_is_not_cut,
            evidence_that_is_wrong_is_listed_until_that_is_explained,
            what_measures_count_is_read_by_the_span_of_filing;
            cases: a_case_row_shows_what_its_acts_tell,
            what_a_reporter_waits_for_is_listed_until_it_came,
            any_text_is_kept_in_acts_and_shown_in_views,
            a_case_is_found_by_its_number,
            a_list_is_newest_first,
            a_list_is_filtered_by_everything_asked,
            pages_follow_each_other_without_gap_or_repetition,
            the_queue_serves_danger_then_the_nearest_promise,
            the_queue_keeps_to_what_is_asked,
            a_search_finds_beginnings_of_words,
            a_search_needs_every_word_wherever_it_stands,
            a_search_is_blind_to_case_and_accents,
            a_search_takes_any_text,
            late_cases_are_longest_overdue_first,
            open_cases_are_counted_by_stage;
            encounters: an_encounter_row_shows_what_was_recorded,
            a_rating_code_leads_to_its_encounter,
            a_rating_code_belongs_to_one_encounter,
            encounters_are_listed_newest_first,
            a_feedback_row_names_nobody,
            feedback_with_a_message_is_listed_newest_first;
            webhooks: an_act_is_told_once_to_each_who_listens,
            a_webhook_that_fails_holds_up_no_other,
            a_disabled_webhook_is_told_nothing;
            listing: encounters_are_listed_whole,
            feedback_is_listed_whole,
            what_was_said_of_outages_is_listed;
            desk: people_are_called_by_danger_then_priority_then_arrival,
            tickets_are_counted_by_desk_and_day_without_gaps,
            one_of_two_officers_has_the_person,
            waits_are_those_of_people_called_and_there,
            a_ticket_that_works_no_longer_is_in_no_list,
            what_is_down_is_listed_and_for_a_while_what_works_again,
            rows_of_the_desk_are_derived_anew;
            standing: things_are_kept_and_listed,
            an_officers_standing_is_kept,
            demand_is_counted_by_hour_and_station;
            kept: closed_cases_are_listed_by_the_end_of_what_was_promised,
            encounters_and_messages_are_listed_by_their_own_moment,
            encounters_that_outlive_their_case_are_listed,
            one_run_goes_on_at_a_time;
            totals: requests_are_counted_by_hour_and_place,
            a_corrected_case_moves_its_counts,
            waiting_times_are_kept_as_histograms,
            answers_are_counted_by_item,
            officers_days_are_counted;
            rebuild: views_equal_those_derived_from_the_acts;
            mend: an_untouched_store_differs_in_nothing,
            what_was_changed_by_hand_is_named_and_put_right,
            rows_that_changed_places_are_put_right,
            a_rebuild_of_one_unit_leaves_another_alone,
            an_answer_without_its_acts_is_told,
            at_most_twenty_differences_are_named;
            dump: what_was_dumped_loads_into_an_empty_store,
            a_store_that_holds_something_takes_no_load,
            a_load_without_its_end_keeps_nothing,
            a_dump_is_of_one_moment,
            the_last_backup_is_known;
            beside: a_person_is_kept_with_the_append,
            a_case_is_found_by_what_its_reporter_is_reached_by,
            persons_are_read_in_order,
            keyrings_change_together_or_not_at_all,
            a_draft_is_kept_until_it_expires,
            a_draft_is_swapped_only_for_the_one_that_was_read,
            an_import_goes_on_where_it_stopped;
            blobs: a_file_is_kept_by_its_content,
            a_file_comes_and_goes_in_pieces,
            any_part_of_a_file_is_read,
            a_file_with_another_content_is_refused,
            a_file_that_was_not_finished_leaves_nothing,
            an_upload_that_took_too_long_is_swept,
            one_file_sent_by_many_at_once_is_kept_once,
            a_file_no_append_named_goes_with_time,
            a_file_that_is_not_there_cannot_be_named,
            a_preview_stands_beside_its_file,
            uses_of_files_follow_from_the_acts,
            a_file_is_erased_once_no_case_has_it,
            whole_files_pass_the_check,
            what_is_wrong_with_a_file_is_named,
            appends_go_on_while_a_file_comes;
            accounts: an_account_is_kept_and_replaced,
            a_login_is_unique_in_a_unit,
            accounts_are_listed_by_name,
            a_session_ends_when_it_should,
            all_sessions_of_an_account_end_together,
            attempts_are_counted_in_their_window,
            attempts_are_read_without_being_counted,
            attempts_at_once_are_all_counted,
            what_has_expired_is_dropped_and_counted;
            shown: only_what_anybody_may_see_is_shown,
            what_is_shown_comes_page_by_page;
            tokens: a_token_is_found_by_its_hash,
            the_name_of_a_token_is_free_once_it_ended,
            a_token_is_revoked_once,
            a_token_that_ended_long_ago_goes;
            sign_in: a_change_of_an_account_is_whole_or_nothing,
            a_factor_is_found_by_its_key_and_taken_once,
            a_code_is_used_once_also_by_two_at_once,
            a_number_that_does_not_grow_is_refused,
            a_ceremony_is_taken_by_one_and_ends,
            sessions_of_an_account_are_listed_and_ended,
            a_session_that_is_used_lasts_and_one_that_ended_does_not_come_back,
            only_the_newest_events_of_an_account_are_kept,
            what_one_unit_signs_in_with_opens_nothing_in_another;
            ledger: every_act_is_committed_to,
            what_was_told_lies_apart,
            what_is_erased_is_gone_and_the_record_stays,
            acts_without_a_commitment_get_one,
            a_tree_grows_from_the_size_it_has,
            a_witness_is_heard_with_its_newest_word,
            what_was_witnessed_changes_from_what_was_seen;
            jobs: a_job_is_taken_when_it_is_due,
            a_job_is_taken_by_one_at_a_time,
            a_lease_that_ran_out_frees_the_job,
            a_job_that_is_done_does_not_come_back,
            a_job_that_failed_is_tried_later,
            a_job_given_up_stays_away,
            jobs_are_taken_in_the_order_they_are_due;
            notices: a_notice_is_made_once,
            a_notice_is_taken_by_one_at_a_time,
            a_notice_is_settled_by_the_one_who_has_it,
            what_was_given_up_waits_for_a_person,
            a_wish_is_swapped_only_for_the_one_that_was_read,
            a_stop_holds_until_it_is_taken_back;
        }
    };
}

/// Runs every rule on an engine, each as a test. The engine's type is made with `Default`.
#[macro_export]
macro_rules! store_contract {
    ($engine:ty) => {
        $crate::for_each_rule! { $crate::rule_tests, $engine }
    };
}

/// Makes a test of each rule; used by [`store_contract!`].
#[doc(hidden)]
#[macro_export]
macro_rules! rule_tests {
    ($engine:ty; $($module:ident: $($rule:ident),+;)+) => {
        $(
            mod $module {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $rule() {
                        let engine = <$engine>::default();
                        $crate::$module::$rule(&engine).await;
                    }
                )+
            }
        )+
    };
}

#[cfg(test)]
mod tests {
    /// A rule that no engine runs would protect nobody.
    #[test]
    fn every_rule_is_run() {
        let listed = include_str!("lib.rs");
        let sources = [
            include_str!("accounts.rs"),
            include_str!("beside.rs"),
            include_str!("blobs.rs"),
            include_str!("cases.rs"),
            include_str!("desk.rs"),
            include_str!("dump.rs"),
            include_str!("encounters.rs"),
            include_str!("jobs.rs"),
            include_str!("ledger.rs"),
            include_str!("mend.rs"),
            include_str!("notices.rs"),
            include_str!("record.rs"),
            include_str!("rebuild.rs"),
            include_str!("shown.rs"),
            include_str!("tokens.rs"),
            include_str!("sign_in.rs"),
            include_str!("totals.rs"),
            include_str!("units.rs"),
        ];
        let rules: Vec<&str> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| line.strip_prefix("pub async fn "))
            // What rules help themselves with is given a store, a rule an engine.
            .filter(|rest| !rest.contains("(store: "))
            .map(|rest| rest.split(['(', '<']).next().unwrap())
            .collect();
        assert!(rules.len() > 60, "{}", rules.len());
        for rule in rules {
            assert!(
                listed.contains(&format!(" {rule},")) || listed.contains(&format!(" {rule};")),
                "{rule} is not in for_each_rule"
            );
        }
    }
}
