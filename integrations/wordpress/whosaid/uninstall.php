<?php
/**
 * Removes what the plug-in stored. Tags that editors accepted stay: they are the site's own.
 *
 * @package Whosaid
 */

namespace Whosaid;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

/**
 * Removes what the plug-in stored in the current site.
 */
function forget_site() {
	delete_option( 'whosaid_settings' );
	delete_post_meta_by_key( '_whosaid_answer' );
	delete_post_meta_by_key( '_whosaid_rejected' );
	delete_metadata( 'term', 0, '_whosaid_uri', '', true );
}

if ( is_multisite() ) {
	$all_sites = array(
		'fields' => 'ids',
		'number' => 0,
	);
	foreach ( get_sites( $all_sites ) as $site_id ) {
		switch_to_blog( $site_id );
		forget_site();
		restore_current_blog();
	}
} else {
	forget_site();
}
