<?php
/**
 * The page below Settings.
 *
 * @package Whosaid
 */

namespace Whosaid;

defined( 'ABSPATH' ) || exit;

/**
 * Shows the form of the settings, and the button that tests the connection.
 */
final class Settings_Page {

	const SLUG = 'whosaid';

	/**
	 * What the form shows.
	 *
	 * @var Settings
	 */
	private $settings;

	/**
	 * Takes what the form shows.
	 *
	 * @param Settings $settings Where settings are kept.
	 */
	public function __construct( Settings $settings ) {
		$this->settings = $settings;
	}

	/**
	 * Tells WordPress of the page.
	 */
	public function register() {
		add_action( 'admin_init', array( $this->settings, 'register' ) );
		add_action( 'admin_menu', array( $this, 'add_page' ) );
		add_action( 'admin_enqueue_scripts', array( $this, 'enqueue' ) );
		add_filter( 'plugin_action_links_' . plugin_basename( FILE ), array( $this, 'add_link' ) );
	}

	/**
	 * Adds the page to the menu of those who may manage options.
	 */
	public function add_page() {
		add_options_page( __( 'Whosaid', 'whosaid' ), __( 'Whosaid', 'whosaid' ), 'manage_options', self::SLUG, array( $this, 'render' ) );
	}

	/**
	 * Loads the button's script on this page only.
	 *
	 * @param string $hook_suffix Which page is shown.
	 */
	public function enqueue( $hook_suffix ) {
		if ( 'settings_page_' . self::SLUG !== $hook_suffix ) {
			return;
		}
		wp_enqueue_script( 'whosaid-settings', plugins_url( 'assets/settings.js', FILE ), array( 'wp-api-fetch', 'wp-i18n' ), VERSION, true );
		wp_set_script_translations( 'whosaid-settings', 'whosaid', plugin_dir_path( FILE ) . 'languages' );
	}

	/**
	 * Adds a link to the settings to the list of plug-ins.
	 *
	 * @param string[] $links The links that are there.
	 */
	public function add_link( $links ) {
		$url = admin_url( 'options-general.php?page=' . self::SLUG );
		array_unshift( $links, sprintf( '<a href="%s">%s</a>', esc_url( $url ), esc_html__( 'Settings', 'whosaid' ) ) );
		return $links;
	}

	/**
	 * Prints the page.
	 */
	public function render() {
		$values = $this->settings->all();
		?>
		<div class="wrap">
			<h1><?php esc_html_e( 'Whosaid', 'whosaid' ); ?></h1>
			<p><?php esc_html_e( 'Headline and content of a post are sent to the service below, and nowhere else. It finds people, organisations, places and quotes, and keeps nothing.', 'whosaid' ); ?></p>
			<form method="post" action="options.php">
				<?php settings_fields( Settings::GROUP ); ?>
				<table class="form-table" role="presentation">
					<?php
					$this->render_url( $values['url'] );
					$this->render_key( '' !== $values['api_key'] );
					$this->render_on_save( $values['on_save'] );
					$this->render_timeout( $values['timeout'] );
					$this->render_taxonomies( $values['taxonomies'] );
					?>
				</table>
				<?php submit_button(); ?>
			</form>
			<h2><?php esc_html_e( 'Connection', 'whosaid' ); ?></h2>
			<p>
				<button type="button" class="button" id="whosaid-test"><?php esc_html_e( 'Test connection', 'whosaid' ); ?></button>
				<span class="description"><?php esc_html_e( 'Tests the settings as they are saved. Nothing of any post is sent.', 'whosaid' ); ?></span>
			</p>
			<div id="whosaid-test-result" role="status"></div>
		</div>
		<?php
	}

	/**
	 * Prints the row of the address.
	 *
	 * @param string $url What is set.
	 */
	private function render_url( $url ) {
		?>
		<tr>
			<th scope="row"><label for="whosaid-url"><?php esc_html_e( 'Address of the service', 'whosaid' ); ?></label></th>
			<td>
				<input type="url" class="regular-text code" id="whosaid-url" name="<?php echo esc_attr( Settings::OPTION ); ?>[url]" value="<?php echo esc_attr( $url ); ?>" placeholder="http://127.0.0.1:8000" aria-describedby="whosaid-url-help" />
				<p class="description" id="whosaid-url-help"><?php esc_html_e( 'As the server that runs WordPress reaches it; it may be inside your network. Readers and editors need not reach it.', 'whosaid' ); ?></p>
			</td>
		</tr>
		<?php
	}

	/**
	 * Prints the row of the key, but never the key.
	 *
	 * @param bool $is_set Whether there is one.
	 */
	private function render_key( $is_set ) {
		?>
		<tr>
			<th scope="row"><label for="whosaid-key"><?php esc_html_e( 'API key', 'whosaid' ); ?></label></th>
			<td>
				<input type="password" class="regular-text code" id="whosaid-key" name="<?php echo esc_attr( Settings::OPTION ); ?>[api_key]" value="" autocomplete="new-password" spellcheck="false" aria-describedby="whosaid-key-help" />
				<p class="description" id="whosaid-key-help">
					<?php
					echo esc_html(
						$is_set
							? __( 'A key is saved. It is not shown; leave this empty to keep it.', 'whosaid' )
							: __( 'No key is saved. Needed only if the service wants one.', 'whosaid' )
					);
					?>
				</p>
				<?php if ( $is_set ) : ?>
					<label><input type="checkbox" name="<?php echo esc_attr( Settings::OPTION ); ?>[forget_key]" value="1" /> <?php esc_html_e( 'Remove the saved key', 'whosaid' ); ?></label>
				<?php endif; ?>
			</td>
		</tr>
		<?php
	}

	/**
	 * Prints the row that says when posts are sent.
	 *
	 * @param bool $on_save What is set.
	 */
	private function render_on_save( $on_save ) {
		?>
		<tr>
			<th scope="row"><?php esc_html_e( 'When to analyze', 'whosaid' ); ?></th>
			<td>
				<label><input type="checkbox" name="<?php echo esc_attr( Settings::OPTION ); ?>[on_save]" value="1" <?php checked( $on_save ); ?> /> <?php esc_html_e( 'After each save in the block editor', 'whosaid' ); ?></label>
				<p class="description"><?php esc_html_e( 'Also when a post is opened there that was saved elsewhere. Saving does not wait for it; a text that has not changed is not sent again. Without this, editors press the button in the side bar.', 'whosaid' ); ?></p>
			</td>
		</tr>
		<?php
	}

	/**
	 * Prints the row of the time limit.
	 *
	 * @param int $seconds What is set.
	 */
	private function render_timeout( $seconds ) {
		?>
		<tr>
			<th scope="row"><label for="whosaid-timeout"><?php esc_html_e( 'Time limit', 'whosaid' ); ?></label></th>
			<td>
				<input type="number" class="small-text" id="whosaid-timeout" name="<?php echo esc_attr( Settings::OPTION ); ?>[timeout]" value="<?php echo esc_attr( $seconds ); ?>" min="<?php echo esc_attr( Settings::MIN_TIMEOUT_SECONDS ); ?>" max="<?php echo esc_attr( Settings::MAX_TIMEOUT_SECONDS ); ?>" />
				<?php esc_html_e( 'seconds', 'whosaid' ); ?>
			</td>
		</tr>
		<?php
	}

	/**
	 * Prints one row for each type: which taxonomies its names become terms of.
	 *
	 * @param array<string, string[]> $chosen What is set.
	 */
	private function render_taxonomies( $chosen ) {
		$titles = array(
			'person'       => __( 'People become', 'whosaid' ),
			'organisation' => __( 'Organisations become', 'whosaid' ),
			'place'        => __( 'Places become', 'whosaid' ),
		);
		foreach ( $titles as $type => $title ) :
			?>
			<tr>
				<th scope="row"><?php echo esc_html( $title ); ?></th>
				<td>
					<fieldset>
						<legend class="screen-reader-text"><?php echo esc_html( $title ); ?></legend>
						<?php foreach ( Settings::taxonomies_on_offer() as $taxonomy ) : ?>
							<label>
								<input type="checkbox" name="<?php echo esc_attr( Settings::OPTION . '[taxonomies][' . $type . '][]' ); ?>" value="<?php echo esc_attr( $taxonomy->name ); ?>" <?php checked( in_array( $taxonomy->name, $chosen[ $type ] ?? array(), true ) ); ?> />
								<?php echo esc_html( $taxonomy->labels->name ); ?>
							</label><br />
						<?php endforeach; ?>
					</fieldset>
				</td>
			</tr>
			<?php
		endforeach;
	}
}
